// Deterministic: what a failed attempt was, and what is done about it.
import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, TimeoutFailure } from '@temporalio/common';
import type { ErrorKind } from '../sweep/error-kinds.ts';

export interface AttemptFailure {
  kind: ErrorKind;
  message: string;
}

/** What is done about a kind of error, as people read it. */
export type RuleName = 'not retried' | 'retried smaller' | 'retried elsewhere' | 'waits';

interface RetryRule {
  name: RuleName;
  /** Further attempts after the first failure of this kind. */
  retries: number;
  firstDelayMs: number;
  longestDelayMs: number;
}

const NEVER: RetryRule = { name: 'not retried', retries: 0, firstDelayMs: 0, longestDelayMs: 0 };
const MINUTE = 60_000;
/** For what comes back by itself: most of a day. */
const WAITS: RetryRule = { name: 'waits', retries: 500, firstDelayMs: 2_000, longestDelayMs: 2 * MINUTE };

/** Each kind is counted on its own: an outage of the database does not use up the tries of a crash. */
const RULES: Record<ErrorKind, RetryRule> = {
  configuration: NEVER,
  data: NEVER,
  diverged: NEVER,
  'out-of-memory': { name: 'retried smaller', retries: 3, firstDelayMs: 2_000, longestDelayMs: MINUTE },
  'trainer-lost': { name: 'retried elsewhere', retries: 4, firstDelayMs: 1_000, longestDelayMs: MINUTE },
  'worker-lost': { name: 'retried elsewhere', retries: 20, firstDelayMs: 1_000, longestDelayMs: MINUTE },
  'worker-stopping': { name: 'retried elsewhere', retries: 1_000, firstDelayMs: 100, longestDelayMs: 1_000 },
  'database-away': WAITS,
  'hub-away': WAITS,
  unknown: { name: 'retried elsewhere', retries: 4, firstDelayMs: 1_000, longestDelayMs: MINUTE },
};

export function ruleOf(kind: ErrorKind): RuleName {
  return RULES[kind].name;
}

/** Milliseconds to wait before the next attempt; null when there shall be none. `failures` counts this kind, this one included. */
export function delayBeforeRetry(kind: ErrorKind, failures: number): number | null {
  const rule = RULES[kind];
  if (failures > rule.retries) return null;
  return Math.min(rule.firstDelayMs * 2 ** (failures - 1), rule.longestDelayMs);
}

/** Nobody took the activity: it never began. */
export function isUntaken(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof TimeoutFailure &&
    error.cause.timeoutType === 'SCHEDULE_TO_START'
  );
}

/** Sorts what `trainTrial` threw; activities name the kind in the failure's type. */
export function describeFailure(error: unknown): AttemptFailure {
  const wrapped = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure;
  const cause = wrapped ? error.cause : error;
  if (cause instanceof TimeoutFailure) {
    return { kind: 'worker-lost', message: 'Expected the worker to report progress within 30 s, found silence.' };
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  const type = cause instanceof ApplicationFailure ? cause.type : undefined;
  return { kind: isErrorKind(type) ? type : 'unknown', message };
}

function isErrorKind(type: string | null | undefined): type is ErrorKind {
  return typeof type === 'string' && Object.hasOwn(RULES, type);
}
