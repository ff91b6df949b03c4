// What a sweep ends as. A search that goes on by scores has its next trials written here, in the very transaction that finds that
// nothing is left to run: they are there once, whoever dies and whatever is repeated.
import { asc, eq, sql } from 'drizzle-orm';
import { type KnownTrial, proposeTrials } from '../sweep/search/proposals.ts';
import type { SweepState } from '../sweep/states.ts';
import { type Database, type Transaction, ask } from './client.ts';
import { lastPosition } from './last-position.ts';
import { trials } from './schema.ts';
import { insertTrials, lockSweep, readCounts, type StateCounts, type SweepRow, writeState } from './sweeps.ts';

type Conclusion = Exclude<SweepState, 'waiting'>;

/**
 * Ends a sweep whose workflow has nothing in flight: as what, is read off its trials' states.
 * @returns `running` where some trial waits, or the search has further ones; the sweep goes on then. One that was stopped stays what
 * it is, whatever waits, until a person has it go on.
 */
export function concludeSweep(database: Database, sweepId: string): Promise<Conclusion> {
  return ask(database, () =>
    database.transaction(async (transaction) => {
      const sweep = await lockSweep(transaction, sweepId);
      const counts = await readCounts(transaction, sweepId);
      const state = await stateAfter(transaction, sweep, counts);
      // What it was stopped for stands beside its state, and is to stay there.
      if (state !== 'running' && state !== sweep.state) await writeState(transaction, { sweepId, state });
      return state;
    }),
  );
}

async function stateAfter(transaction: Transaction, sweep: SweepRow, counts: StateCounts): Promise<Conclusion> {
  const { state } = sweep;
  if (state === 'waiting' || state === 'running')
    return (await growBySearch(transaction, sweep, counts)) ? 'running' : endOf(counts);
  return counts.waiting > 0 ? state : endOf(counts);
}

/** What is paused will go on, so the sweep is not over, whatever became of its other trials. */
function endOf(counts: StateCounts): Conclusion {
  if (counts.waiting > 0) return 'running';
  if (counts.paused > 0) return 'paused';
  if (counts.failed + counts.running > 0) return 'failed';
  return counts.cancelled > 0 ? 'cancelled' : 'complete';
}

/** A person who cancels a trial wants no more of them; `resume` puts it back, and the search goes on. */
async function growBySearch(transaction: Transaction, sweep: SweepRow, counts: StateCounts): Promise<boolean> {
  const { spec, facts } = sweep;
  const isOver = counts.waiting + counts.running + counts.paused + counts.cancelled === 0;
  if (!isOver || facts === null || spec.search?.kind !== 'tpe') return false;
  const fresh = proposeTrials(spec, facts, await listKnown(transaction, sweep));
  if (fresh.length === 0) return false;
  const next = await nextPosition(transaction, sweep.id);
  await insertTrials(
    transaction,
    sweep,
    fresh.map((trial, index) => ({ ...trial, position: next + index })),
  );
  return true;
}

function listKnown(transaction: Transaction, { id }: SweepRow): Promise<KnownTrial[]> {
  const { task, dataSeed, trainSeed, metric, state, errorKind, devScore, position } = trials;
  const method = sql<KnownTrial['method']>`${trials.trial} -> 'method'`;
  const training = sql<KnownTrial['training']>`${trials.trial} -> 'training'`;
  const regime = sql<KnownTrial['regime']>`${trials.trial} -> 'regime'`;
  const settings = { method, training, regime, task, dataSeed, trainSeed, metric };
  return transaction
    .select({ ...settings, state, errorKind, devScore })
    .from(trials)
    .where(eq(trials.sweepId, id))
    .orderBy(asc(position));
}

/** Behind all trials that the sweep has. */
export async function nextPosition(transaction: Transaction, sweepId: string): Promise<number> {
  return (await lastPosition(transaction, sweepId)) + 1;
}
