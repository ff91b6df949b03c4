// Deterministic: what a failed attempt was, and what is done about it.
import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, TimeoutFailure } from '@temporalio/common';
import type { ErrorKind } from '../sweep/trial.ts';

/** Besides the trial's own kinds: a worker that stopped heartbeating, one that was told to stop, one without a free trainer. */
export type FailureKind = ErrorKind | 'worker-lost' | 'worker-stopping' | 'worker-busy';

export interface AttemptFailure {
  kind: FailureKind;
  message: string;
}

interface RetryRule {
  /** Further attempts after the first failure of this kind. */
  retries: number;
  firstDelayMs: number;
  longestDelayMs: number;
}

const NEVER: RetryRule = { retries: 0, firstDelayMs: 0, longestDelayMs: 0 };
const MINUTE = 60_000;

/** Each kind is counted on its own: an outage of the database does not use up the tries of a crash. */
const RULES: Record<FailureKind, RetryRule> = {
  configuration: NEVER,
  data: NEVER,
  diverged: NEVER,
  'out-of-memory': { retries: 2, firstDelayMs: 10_000, longestDelayMs: MINUTE },
  'trainer-lost': { retries: 4, firstDelayMs: 1_000, longestDelayMs: MINUTE },
  unknown: { retries: 4, firstDelayMs: 1_000, longestDelayMs: MINUTE },
  'database-away': { retries: 500, firstDelayMs: 2_000, longestDelayMs: 2 * MINUTE },
  'worker-lost': { retries: 20, firstDelayMs: 1_000, longestDelayMs: MINUTE },
  'worker-busy': { retries: 10_000, firstDelayMs: 50, longestDelayMs: 1_000 },
  'worker-stopping': { retries: 1_000, firstDelayMs: 100, longestDelayMs: 1_000 },
};

/** Milliseconds to wait before the next attempt; null when there shall be none. `failures` counts this kind, this one included. */
export function delayBeforeRetry(kind: FailureKind, failures: number): number | null {
  const rule = RULES[kind];
  if (failures > rule.retries) return null;
  return Math.min(rule.firstDelayMs * 2 ** (failures - 1), rule.longestDelayMs);
}

/** Sorts what `trainTrial` threw; activities name the kind in the failure's type. */
export function describeFailure(error: unknown): AttemptFailure {
  const wrapped = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure;
  const cause = wrapped ? error.cause : error;
  if (cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START') {
    return { kind: 'worker-busy', message: 'Expected the worker that is warm to take the trial, found it busy.' };
  }
  if (cause instanceof TimeoutFailure) {
    return { kind: 'worker-lost', message: 'Expected the worker to report progress within 30 s, found silence.' };
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  const type = cause instanceof ApplicationFailure ? cause.type : undefined;
  return { kind: isFailureKind(type) ? type : 'unknown', message };
}

/** The kind as it stands in the database: a lost worker took its trainer along. */
export function recordedKind(kind: FailureKind): ErrorKind {
  return kind === 'worker-lost' || kind === 'worker-stopping' || kind === 'worker-busy' ? 'trainer-lost' : kind;
}

function isFailureKind(type: string | null | undefined): type is FailureKind {
  return typeof type === 'string' && Object.hasOwn(RULES, type);
}
