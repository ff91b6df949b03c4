// Trials: what waits, what ended, and how.
import { and, asc, eq, exists, inArray, notInArray, sql } from 'drizzle-orm';
import { type AttemptState, OPEN_STATES, type TrialState } from '../sweep/states.ts';
import { measuredSeconds } from '../sweep/throughput.ts';
import type { TrainerError, TrialOutcome } from '../training/messages.ts';
import { dropCheckpoint, writeCheckpoint } from './checkpoints.ts';
import { type Database, type Transaction, ask } from './client.ts';
import { asAttempt, type AttemptOf, type TrialRow, assertCurrent, staleAttempt } from './fence.ts';
import { attempts, sweeps, trials } from './schema.ts';
import { storable } from './storable.ts';

/** A waiting trial as far as whoever hands it out has to know it. */
export type NextTrial = Pick<
  TrialRow,
  'id' | 'attempt' | 'priority' | 'task' | 'method' | 'insertionLayer' | 'promptLength' | 'memoryMib' | 'flops'
>;

interface Next {
  sweepId: string;
  limit: number;
  /** Trials already taken by the caller, whose state may not have changed yet. */
  except?: string[];
}

/** In running order: by priority, then by position. None of a sweep that was stopped: no attempt at them would begin. */
export function listNext(database: Database, { sweepId, limit, except = [] }: Next): Promise<NextTrial[]> {
  const { id, attempt, priority, task, method, insertionLayer, promptLength, memoryMib, flops } = trials;
  return ask(database, () =>
    database
      .select({ id, attempt, priority, task, method, insertionLayer, promptLength, memoryMib, flops })
      .from(trials)
      .where(
        and(
          eq(trials.sweepId, sweepId),
          eq(trials.state, 'waiting'),
          exists(
            database
              .select({ id: sweeps.id })
              .from(sweeps)
              .where(and(eq(sweeps.id, sweepId), isGoingOn)),
          ),
          except.length === 0 ? undefined : notInArray(trials.id, except),
        ),
      )
      .orderBy(asc(trials.priority), asc(trials.position))
      .limit(limit),
  );
}

const isGoingOn = inArray(sweeps.state, OPEN_STATES);

/** The ids alone. */
export async function listWaiting(database: Database, next: Next): Promise<string[]> {
  return (await listNext(database, next)).map(({ id }) => id);
}

/** Of a trial that ended well. */
const NOTHING_WRONG = { stopAs: null, stopReason: null, errorKind: null, errorMessage: null };

interface Finish extends AttemptOf {
  outcome: TrialOutcome;
  /** The weights that scored, as a checkpoint; absent or null where nothing was trained. */
  best?: Uint8Array | null;
}

/**
 * Scores, weights and the end at once, and nothing to go on from is left: whoever does not hear that it is written may repeat it.
 * @throws StaleAttemptError, unless this very attempt has finished the trial before: then nothing changes
 */
export function finishTrial(database: Database, { trialId, attempt, outcome, best = null }: Finish): Promise<void> {
  const { peakMemoryMiB: peakMemoryMib, seconds, ...numbers } = outcome;
  return asAttempt(database, { trialId, attempt }, async (transaction, trial) => {
    assertCurrent(trial, attempt);
    if (trial.state === 'complete') return;
    if (trial.state !== 'running') throw staleAttempt(trial, attempt);
    const ended = { ...numbers, ...measuredSeconds(seconds), peakMemoryMib, ...NOTHING_WRONG };
    await transaction
      .update(trials)
      .set({ ...ended, state: 'complete', finishedAt: sql`now()` })
      .where(eq(trials.id, trialId));
    if (best !== null)
      await writeCheckpoint(transaction, { trialId, attempt, kind: 'best', step: outcome.selectedStep, bytes: best });
    await dropCheckpoint(transaction, { trialId, kind: 'last' });
    await endRunningAttempt(transaction, trialId, { state: 'complete' });
  });
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

/**
 * Its trainer has stopped: the trial is what it was told to stop as, and cancelled where nobody told it.
 * @throws StaleAttemptError
 */
export function stopTrial(
  database: Database,
  { trialId, attempt = null }: { trialId: string; attempt?: number | null },
): Promise<TrialState> {
  return endUnfinished(database, { trialId, attempt }, { state: 'as told' });
}

interface Ending {
  /** `as told`: what the trial was told to stop as. */
  state: 'failed' | 'as told';
  errorKind?: TrainerError['kind'];
  errorMessage?: string;
}

function endUnfinished(
  database: Database,
  { trialId, attempt }: { trialId: string; attempt: number | null },
  ending: Ending,
): Promise<TrialState> {
  return asAttempt(database, { trialId, attempt }, async (transaction, trial) => {
    if (attempt !== null) assertCurrent(trial, attempt);
    // Sent back to waiting: whoever still speaks as its last attempt has lost it.
    if (attempt !== null && trial.state === 'waiting') throw staleAttempt(trial, attempt);
    if (trial.state !== 'waiting' && trial.state !== 'running') return trial.state;
    const state = ending.state === 'as told' ? (trial.stopAs ?? 'cancelled') : ending.state;
    const hasEnded = state === 'failed' || state === 'cancelled' || state === 'stopped-early';
    const stopReason = state === 'stopped-early' ? trial.stopReason : null;
    await transaction
      .update(trials)
      .set({ ...ending, state, stopAs: null, stopReason, finishedAt: hasEnded ? sql`now()` : null })
      .where(eq(trials.id, trialId));
    await endRunningAttempt(transaction, trialId, { ...ending, state: hasEnded ? state : 'paused' });
    return state;
  });
}

async function endRunningAttempt(
  transaction: Transaction,
  trialId: string,
  ending: Omit<Ending, 'state'> & { state: AttemptState },
): Promise<void> {
  await transaction
    .update(attempts)
    .set({ ...ending, finishedAt: sql`now()` })
    .where(and(eq(attempts.trialId, trialId), eq(attempts.state, 'running')));
}
