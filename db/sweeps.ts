// Sweeps: written whole with their trials, found by name or id.
import { randomUUID } from 'node:crypto';
import { asc, count, desc, eq, or, sql } from 'drizzle-orm';
import type { PlannedTrial } from '../sweep/plan.ts';
import { isOpen, type SweepState, TRIAL_STATES, type TrialState } from '../sweep/states.ts';
import { type Database, type Transaction, ask } from './client.ts';
import { QueryError, SweepExistsError, UnknownSweepError } from './errors.ts';
import { nearestNames } from './nearest-names.ts';
import { contentHash, identityOf, type NewSweep } from './new-sweep.ts';
import { columnsOf } from './planned-trial.ts';
import { sweeps, trials } from './schema.ts';
import { changesIn } from './sweep-differences.ts';

export type SweepRow = typeof sweeps.$inferSelect;
export type StateCounts = Record<TrialState, number>;

/** Rows of one statement; Postgres takes at most 65,535 values in it. */
const BATCH = 500;

/**
 * Writes the sweep and all its trials, or nothing. The same name with the same trials finds the sweep that is there.
 * @throws SweepExistsError when the trials differ
 */
export function createSweep(database: Database, sweep: NewSweep): Promise<{ sweep: SweepRow; created: boolean }> {
  return ask(database, () =>
    database.transaction(async (transaction) => {
      const [created] = await transaction
        .insert(sweeps)
        .values({ id: randomUUID(), contentHash: contentHash(sweep.trials), ...identityOf(sweep) })
        .onConflictDoNothing({ target: sweeps.name })
        .returning();
      if (!created) return { sweep: await sameSweep(transaction, sweep), created: false };
      await insertTrials(transaction, created, sweep.trials);
      return { sweep: created, created: true };
    }),
  );
}

/** Trials that are added to a paused sweep wait for it to go on. */
export async function insertTrials(
  transaction: Transaction,
  { id: sweepId, state, priority }: Pick<SweepRow, 'id' | 'state' | 'priority'>,
  planned: PlannedTrial[],
): Promise<void> {
  const first = state === 'paused' ? ('paused' as const) : ('waiting' as const);
  for (let from = 0; from < planned.length; from += BATCH) {
    const rows = planned.slice(from, from + BATCH).map((trial) => ({
      ...{ id: randomUUID(), sweepId, state: first, priority },
      ...columnsOf(trial),
    }));
    await transaction.insert(trials).values(rows);
  }
}

/** @throws UnknownSweepError with the nearest names */
export async function findSweep(database: Database, nameOrId: string): Promise<SweepRow> {
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(nameOrId);
  const matches = or(eq(sweeps.name, nameOrId), isId ? eq(sweeps.id, nameOrId) : undefined);
  const [sweep] = await ask(database, () => database.select().from(sweeps).where(matches));
  if (sweep) return sweep;
  const names = await ask(database, () =>
    database.select({ name: sweeps.name }).from(sweeps).orderBy(desc(sweeps.createdAt)).limit(1000),
  );
  throw new UnknownSweepError(nameOrId, nearestNames(nameOrId, names));
}

/** Newest first, each with its trials counted by state. */
export function listSweeps(database: Database): Promise<(SweepRow & { counts: StateCounts })[]> {
  return ask(database, async () => {
    const rows = await database.select().from(sweeps).orderBy(desc(sweeps.createdAt), asc(sweeps.name));
    const counted = await database
      .select({ sweepId: trials.sweepId, state: trials.state, trials: count() })
      .from(trials)
      .groupBy(trials.sweepId, trials.state);
    return rows.map((row) => ({ ...row, counts: tally(counted.filter(({ sweepId }) => sweepId === row.id)) }));
  });
}

export async function setSweepState(
  database: Database,
  { sweepId, state, error = null }: { sweepId: string; state: SweepState; error?: string | null },
): Promise<void> {
  await ask(database, () => writeState(database, { sweepId, state, error }));
}

/** Start and end are stamped as the state passes through them; an ended sweep that runs again has no end. */
export async function writeState(
  database: Database | Transaction,
  { sweepId, state, error = null }: { sweepId: string; state: SweepState; error?: string | null },
): Promise<void> {
  await database
    .update(sweeps)
    .set({
      state,
      error,
      ...(state === 'running' ? { startedAt: sql`coalesce(${sweeps.startedAt}, now())` } : {}),
      finishedAt: isOpen({ state })
        ? null
        : sql`case when ${sweeps.state} = ${state} then ${sweeps.finishedAt} else now() end`,
    })
    .where(eq(sweeps.id, sweepId));
}

export function countStates(database: Database, sweepId: string): Promise<StateCounts> {
  return ask(database, () => readCounts(database, sweepId));
}

/** Nothing of the sweep can be put back, added or halted until the transaction ends. @throws UnknownSweepError */
export async function lockSweep(transaction: Transaction, sweepId: string): Promise<SweepRow> {
  const [sweep] = await transaction.select().from(sweeps).where(eq(sweeps.id, sweepId)).for('update');
  if (!sweep) throw new UnknownSweepError(sweepId, []);
  return sweep;
}

export async function setWindow(
  database: Database,
  { sweepId, window }: { sweepId: string; window: number },
): Promise<void> {
  await ask(database, () => database.update(sweeps).set({ window }).where(eq(sweeps.id, sweepId)));
}

export async function readCounts(database: Database | Transaction, sweepId: string): Promise<StateCounts> {
  const counted = await database
    .select({ state: trials.state, trials: count() })
    .from(trials)
    .where(eq(trials.sweepId, sweepId))
    .groupBy(trials.state);
  return tally(counted);
}

export function tally(counted: { state: TrialState; trials: number }[]): StateCounts {
  const zeros = Object.fromEntries(TRIAL_STATES.map((state) => [state, 0])) as StateCounts;
  return counted.reduce((counts, { state, trials: n }) => ({ ...counts, [state]: n }), zeros);
}

async function sameSweep(transaction: Transaction, asked: NewSweep): Promise<SweepRow> {
  const [stored] = await transaction.select().from(sweeps).where(eq(sweeps.name, asked.name));
  if (!stored) throw new QueryError(`Expected sweep \`${asked.name}\` to stay, found it deleted meanwhile.`, undefined);
  const changes = await changesIn(transaction, stored, asked);
  if (changes.length === 0) return stored;
  throw new SweepExistsError(asked.name, changes);
}
