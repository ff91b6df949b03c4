// Trials: what waits, what ended, and how.
import { and, asc, eq, inArray, notInArray, sql } from 'drizzle-orm';
import type { TrainerError, TrialOutcome } from '../training/messages.ts';
import type { AttemptState, TrialState } from '../sweep/trial.ts';
import { supersede } from './attempts.ts';
import { type Database, type Transaction, ask } from './client.ts';
import { UnknownTrialError } from './errors.ts';
import { asAttempt, type AttemptOf, type TrialRow, assertCurrent, staleAttempt } from './fence.ts';
import { attempts, trials } from './schema.ts';
import { storable } from './storable.ts';

export type { TrialRow } from './fence.ts';

interface WaitingRequest {
  sweepId: string;
  limit: number;
  /** Those already taken by the caller, whose state may not have changed yet. */
  except?: string[];
}

/** A trial as far as whoever hands it out has to know it. */
export type WaitingRow = Pick<TrialRow, 'id' | 'attempt' | 'task' | 'method' | 'insertionLayer' | 'promptLength'>;

/** Ids in running order. */
export async function listWaiting(database: Database, request: WaitingRequest): Promise<string[]> {
  const rows = await listWaitingRows(database, request);
  return rows.map(({ id }) => id);
}

/** In running order. */
export function listWaitingRows(
  database: Database,
  { sweepId, limit, except = [] }: WaitingRequest,
): Promise<WaitingRow[]> {
  const { id, attempt, task, method, insertionLayer, promptLength } = trials;
  return ask(database, () =>
    database
      .select({ id, attempt, task, method, insertionLayer, promptLength })
      .from(trials)
      .where(
        and(
          eq(trials.sweepId, sweepId),
          eq(trials.state, 'waiting'),
          except.length === 0 ? undefined : notInArray(trials.id, except),
        ),
      )
      .orderBy(asc(trials.position))
      .limit(limit),
  );
}

/** Ids of the trials that some attempt holds. */
export async function listRunning(database: Database, sweepId: string): Promise<string[]> {
  const rows = await ask(database, () =>
    database
      .select({ id: trials.id })
      .from(trials)
      .where(and(eq(trials.sweepId, sweepId), eq(trials.state, 'running'))),
  );
  return rows.map(({ id }) => id);
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
  return asAttempt(database, { trialId, attempt }, async (transaction, trial) => {
    assertCurrent(trial, attempt);
    if (trial.state === 'complete') return;
    if (trial.state !== 'running') throw staleAttempt(trial, attempt);
    const ended = { ...numbers, peakMemoryMib, state: 'complete' as const, errorKind: null, errorMessage: null };
    await transaction
      .update(trials)
      .set({ ...ended, finishedAt: sql`now()` })
      .where(eq(trials.id, trialId));
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

/** As `failTrial`, on purpose. @throws StaleAttemptError */
export function cancelTrial(
  database: Database,
  { trialId, attempt = null }: { trialId: string; attempt?: number | null },
): Promise<TrialState> {
  return endUnfinished(database, { trialId, attempt }, { state: 'cancelled' });
}

/** Sends trials back to waiting; their checkpoints stay, their orphans can no longer write. Complete ones are never re-run. */
export async function requeueTrials(
  database: Database,
  choice: { sweepId: string } & ({ states: Exclude<TrialState, 'complete' | 'waiting'>[] } | { ids: string[] }),
): Promise<number> {
  const chosen = 'ids' in choice ? inArray(trials.id, choice.ids) : inArray(trials.state, choice.states);
  const unfinished = inArray(trials.state, ['failed', 'cancelled', 'running']);
  const rows = await ask(database, () =>
    database.transaction(async (transaction) => {
      const requeued = await transaction
        .update(trials)
        .set({ state: 'waiting', errorKind: null, errorMessage: null, finishedAt: null })
        .where(and(eq(trials.sweepId, choice.sweepId), unfinished, chosen))
        .returning({ id: trials.id });
      const ids = requeued.map(({ id }) => id);
      await supersede(transaction, ids, 'The trial was sent back to waiting: no workflow was behind it.');
      return requeued;
    }),
  );
  return rows.length;
}

/** @returns how many had been waiting */
export async function cancelWaiting(database: Database, sweepId: string): Promise<number> {
  const rows = await ask(database, () =>
    database
      .update(trials)
      .set({ state: 'cancelled', finishedAt: sql`now()` })
      .where(and(eq(trials.sweepId, sweepId), eq(trials.state, 'waiting')))
      .returning({ id: trials.id }),
  );
  return rows.length;
}

interface Ending {
  state: 'failed' | 'cancelled';
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
    await transaction
      .update(trials)
      .set({ ...ending, finishedAt: sql`now()` })
      .where(eq(trials.id, trialId));
    await endRunningAttempt(transaction, trialId, ending);
    return ending.state;
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
