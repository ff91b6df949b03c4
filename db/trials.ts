// Trials: what waits, what ended, and how.
import { and, asc, count, eq, isNotNull, min, notInArray } from 'drizzle-orm';
import type { TrainerError, TrialOutcome } from '../training/messages.ts';
import type { AttemptState, ErrorKind, TrialState } from '../sweep/trial.ts';
import { type Database, type Transaction, ask } from './client.ts';
import { UnknownTrialError } from './errors.ts';
import { type AttemptOf, type TrialRow, assertCurrent, lockTrial, staleAttempt } from './fence.ts';
import { attempts, trials } from './schema.ts';

export type { TrialRow } from './fence.ts';

/** A waiting trial with what its workflow is started with. */
export type NextTrial = Pick<TrialRow, 'id' | 'priority' | 'task' | 'method' | 'insertionLayer' | 'promptLength'>;

interface Next {
  sweepId: string;
  limit: number;
  /** Trials already taken by the caller, whose state may not have changed yet. */
  except?: string[];
}

/** In running order: by priority, then by position. */
export function listNext(database: Database, { sweepId, limit, except = [] }: Next): Promise<NextTrial[]> {
  const { id, priority, task, method, insertionLayer, promptLength } = trials;
  return ask(database, () =>
    database
      .select({ id, priority, task, method, insertionLayer, promptLength })
      .from(trials)
      .where(
        and(
          eq(trials.sweepId, sweepId),
          eq(trials.state, 'waiting'),
          except.length === 0 ? undefined : notInArray(trials.id, except),
        ),
      )
      .orderBy(asc(trials.priority), asc(trials.position))
      .limit(limit),
  );
}

/** The ids alone. */
export async function listWaiting(database: Database, next: Next): Promise<string[]> {
  return (await listNext(database, next)).map(({ id }) => id);
}

export interface FailureGroup {
  kind: ErrorKind;
  trials: number;
  /** One of them, as an example. */
  message: string;
}

export async function listFailures(database: Database, sweepId: string): Promise<FailureGroup[]> {
  const rows = await ask(database, () =>
    database
      .select({ kind: trials.errorKind, trials: count(), message: min(trials.errorMessage) })
      .from(trials)
      .where(and(eq(trials.sweepId, sweepId), eq(trials.state, 'failed'), isNotNull(trials.errorKind)))
      .groupBy(trials.errorKind),
  );
  return rows.flatMap(({ kind, message, ...rest }) =>
    kind === null ? [] : [{ kind, message: message ?? '', ...rest }],
  );
}

/** @throws UnknownTrialError */
export async function findTrial(database: Database, id: string): Promise<TrialRow> {
  const [trial] = await ask(database, () => database.select().from(trials).where(eq(trials.id, id)));
  if (!trial) throw new UnknownTrialError(`Expected a trial's id, found \`${id}\`, which no trial has.`);
  return trial;
}

/** @throws StaleAttemptError, unless this very attempt has finished the trial before: then nothing changes */
export function finishTrial(
  database: Database,
  { trialId, attempt, outcome }: AttemptOf & { outcome: TrialOutcome },
): Promise<void> {
  const { peakMemoryMiB: peakMemoryMib, ...numbers } = outcome;
  return ask(database, () =>
    database.transaction(async (transaction) => {
      const trial = await lockTrial(transaction, trialId);
      assertCurrent(trial, attempt);
      if (trial.state === 'complete') return;
      if (trial.state !== 'running') throw staleAttempt(trial, attempt);
      const ended = {
        ...numbers,
        peakMemoryMib,
        state: 'complete' as const,
        stopAs: null,
        errorKind: null,
        errorMessage: null,
      };
      await transaction
        .update(trials)
        .set({ ...ended, finishedAt: new Date() })
        .where(eq(trials.id, trialId));
      await endAttempt(transaction, trialId, { state: 'complete' });
    }),
  );
}

/**
 * @param attempt null when the trial could not begin, or when whoever says so is not an attempt (the workflow).
 * @returns the state that the trial now has: one that had ended already stays as it was.
 * @throws StaleAttemptError
 */
export function failTrial(
  database: Database,
  { trialId, attempt, error }: { trialId: string; attempt: number | null; error: TrainerError },
): Promise<TrialState> {
  const reason = { errorKind: error.kind, errorMessage: storable(error.message) };
  return endUnfinished(database, { trialId, attempt }, { state: 'failed', ...reason });
}

/** As `failTrial`, on purpose. @throws StaleAttemptError */
export function cancelTrial(
  database: Database,
  { trialId, attempt = null }: { trialId: string; attempt?: number | null },
): Promise<TrialState> {
  return endUnfinished(database, { trialId, attempt }, { state: 'cancelled' });
}

/** Its trainer has stopped: the trial is what it was told to stop as, and cancelled where nobody told it. */
export function stopTrial(database: Database, trialId: string): Promise<TrialState> {
  return endUnfinished(database, { trialId, attempt: null }, { state: 'stopped' });
}

const LONGEST_MESSAGE = 4000;

/** Postgres refuses text with a zero byte in it, which native code may write. */
function storable(message: string): string {
  return message.replaceAll('\0', '').slice(0, LONGEST_MESSAGE);
}

interface Ending {
  /** `stopped`: what the trial was told to stop as. */
  state: 'failed' | 'cancelled' | 'stopped';
  errorKind?: TrainerError['kind'];
  errorMessage?: string;
}

function endUnfinished(
  database: Database,
  { trialId, attempt }: { trialId: string; attempt: number | null },
  ending: Ending,
): Promise<TrialState> {
  return ask(database, () =>
    database.transaction(async (transaction) => {
      const trial = await lockTrial(transaction, trialId);
      if (attempt !== null) assertCurrent(trial, attempt);
      // Sent back to waiting: whoever still speaks as its last attempt has lost it.
      if (attempt !== null && trial.state === 'waiting') throw staleAttempt(trial, attempt);
      if (trial.state !== 'waiting' && trial.state !== 'running') return trial.state;
      const state = ending.state === 'stopped' ? (trial.stopAs ?? 'cancelled') : ending.state;
      const hasEnded = state === 'failed' || state === 'cancelled';
      await transaction
        .update(trials)
        .set({ ...ending, state, stopAs: null, finishedAt: hasEnded ? new Date() : null })
        .where(eq(trials.id, trialId));
      await endAttempt(transaction, trialId, { ...ending, state: hasEnded ? state : 'paused' });
      return state;
    }),
  );
}

async function endAttempt(
  transaction: Transaction,
  trialId: string,
  ending: Omit<Ending, 'state'> & { state: AttemptState },
): Promise<void> {
  await transaction
    .update(attempts)
    .set({ ...ending, finishedAt: new Date() })
    .where(and(eq(attempts.trialId, trialId), eq(attempts.state, 'running')));
}
