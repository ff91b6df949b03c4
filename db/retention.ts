// Retention: what may be forgotten when trials are complete. Scores, attempts and evaluations always stay.
import { and, asc, eq, lt, sql } from 'drizzle-orm';
import { type Database, ask } from './client.ts';
import { trials } from './schema.ts';
import { bestPerSeed } from './views.ts';
import { preferredMeans } from './whole-configurations.ts';

export interface Prunable {
  /** Of every sweep where absent. */
  sweepId?: string;
  /** Only trials that ended before. */
  endedBefore: Date;
}

export interface Freed {
  rows: number;
  /** Of the rows themselves: their index entries come on top. Postgres uses the room again; it does not shrink its files. */
  bytes: number;
}

/** Trials of one statement: none takes longer than a statement may, and a worker's writes get their turn in between. */
const BATCH = 500;

/** The curves of complete trials. */
export async function pruneMetrics(
  database: Database,
  { isDryRun, ...which }: Prunable & { isDryRun: boolean },
): Promise<Freed> {
  const ids = await ask(database, () => completeTrials(database, which));
  return inBatches(database, ids, (some) =>
    isDryRun
      ? sql`select count(*)::float8 as rows, coalesce(sum(pg_column_size(metrics)), 0)::float8 as bytes
          from metrics where trial_id = any(${some}::uuid[])`
      : sql`with gone as (delete from metrics where trial_id = any(${some}::uuid[]) returning pg_column_size(metrics) as size)
          select count(*)::float8 as rows, coalesce(sum(size), 0)::float8 as bytes from gone`,
  );
}

/** The weights of complete trials, but for those that are best on dev, by either average: these can still be exported. */
export async function pruneCheckpoints(
  database: Database,
  { isDryRun, ...which }: Prunable & { isDryRun: boolean },
): Promise<Freed> {
  const ids = await ask(database, async () => {
    const best = new Set([...(await bestOnSeeds(database, which)), ...(await bestOverSeeds(database, which))]);
    return (await completeTrials(database, which)).filter((id) => !best.has(id));
  });
  return inBatches(database, ids, (some) =>
    isDryRun
      ? sql`select count(*)::float8 as rows, coalesce(sum(octet_length(bytes)), 0)::float8 as bytes
          from checkpoints where trial_id = any(${some}::uuid[])`
      : sql`with gone as (
            delete from checkpoints where trial_id = any(${some}::uuid[]) returning octet_length(bytes) as size)
          select count(*)::float8 as rows, coalesce(sum(size), 0)::float8 as bytes from gone`,
  );
}

/**
 * Stored data sets that no trial still has to be trained on: failed, cancelled and paused ones keep theirs.
 * @param which `sweepId`: only what that sweep was trained on.
 */
export function pruneDataSets(
  database: Database,
  { sweepId, isDryRun }: Pick<Prunable, 'sweepId'> & { isDryRun: boolean },
): Promise<Freed> {
  const named = sql`select trial #>> '{task,data,fingerprint}' from trials where`;
  const inSweep = sweepId === undefined ? sql`true` : sql`fingerprint in (${named} sweep_id = ${sweepId})`;
  const unneeded = sql`${inSweep} and fingerprint not in (${named} state <> 'complete')`;
  const tally = sql`select count(*)::float8 as rows, coalesce(sum(size), 0)::float8 as bytes`;
  return ask(database, () =>
    database.transaction(async (transaction) => {
      // A sweep that is being written now is waited for, and one that comes later stores what it misses.
      if (!isDryRun) await transaction.execute(sql`lock table trials in share mode`);
      const gone = isDryRun
        ? sql`select octet_length(bytes) as size from data_parts where ${unneeded}`
        : sql`delete from data_parts where ${unneeded} returning octet_length(bytes) as size`;
      const { rows } = await transaction.execute<{ rows: number; bytes: number }>(
        sql`with gone as (${gone}) ${tally} from gone`,
      );
      return rows[0] ?? { rows: 0, bytes: 0 };
    }),
  );
}

type Which = Pick<Prunable, 'sweepId'>;

/** Of each method, metric and pair of seeds: what `compare --average per-seed` chooses. */
async function bestOnSeeds(database: Database, { sweepId }: Which): Promise<string[]> {
  const inSweep = sweepId === undefined ? undefined : eq(bestPerSeed.sweepId, sweepId);
  const rows = await database.select({ id: bestPerSeed.trialId }).from(bestPerSeed).where(inSweep);
  return rows.map(({ id }) => id);
}

/** All trials of each method's one configuration that is best over its seeds: what `compare` and `tables` choose. */
async function bestOverSeeds(database: Database, { sweepId }: Which): Promise<string[]> {
  const among = sql`sweep_id, task, metric, regime, k, method`;
  const where = sweepId === undefined ? sql`true` : sql`sweep_id = ${sweepId}`;
  const { rows } = await database.execute<{ id: string }>(sql`
    select trials.id from trials join (
      select distinct on (${among}) sweep_id, configuration_key from ${preferredMeans({ where, among })}
      order by ${among}, dev_mean desc, n desc, configuration_key
    ) as best using (sweep_id, configuration_key)`);
  return rows.map(({ id }) => id);
}

async function completeTrials(database: Database, { sweepId, endedBefore }: Prunable): Promise<string[]> {
  const inSweep = sweepId === undefined ? undefined : eq(trials.sweepId, sweepId);
  const rows = await database
    .select({ id: trials.id })
    .from(trials)
    .where(and(inSweep, eq(trials.state, 'complete'), lt(trials.finishedAt, endedBefore)))
    .orderBy(asc(trials.id));
  return rows.map(({ id }) => id);
}

async function inBatches(
  database: Database,
  ids: string[],
  statement: (some: ReturnType<typeof sql.param>) => ReturnType<typeof sql>,
): Promise<Freed> {
  const freed = { rows: 0, bytes: 0 };
  for (let from = 0; from < ids.length; from += BATCH) {
    const some = sql.param(ids.slice(from, from + BATCH));
    const answer = await ask(database, () => database.execute<{ rows: number; bytes: number }>(statement(some)));
    freed.rows += answer.rows[0]?.rows ?? 0;
    freed.bytes += answer.rows[0]?.bytes ?? 0;
  }
  return freed;
}
