// How far a sweep is, what is best so far, and what is left to do.
import { and, desc, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import { type FinishedWork, bestOnDev } from '../sweep/statistics.ts';
import { columnKey } from '../sweep/statistics/entrant.ts';
import { grouped } from '../sweep/statistics/grouped.ts';
import { type Database, ask } from './client.ts';
import { listConfigurations, type ConfigurationMean } from './configurations.ts';
import { attempts, trials } from './schema.ts';
import { type StateCounts, countStates } from './sweeps.ts';
import { preferWhole } from './whole-configurations.ts';

export interface Progress {
  counts: StateCounts;
  total: number;
  /** The configuration best on dev so far, of each task and regime that has one. */
  best: ConfigurationMean[];
  /** Estimated arithmetic of the trials that have not ended. */
  remainingFlops: number;
  /** The trials that finished last, newest first: for `secondsLeft`. */
  recent: FinishedWork[];
}

const RECENT = 20;

export async function progress(database: Database, sweepId: string): Promise<Progress> {
  const [counts, configurations, remainingFlops, recent] = await Promise.all([
    countStates(database, sweepId),
    listConfigurations(database, sweepId),
    remaining(database, sweepId),
    recentWork(database, sweepId),
  ]);
  const best = grouped(configurations, columnKey).flatMap((own) => bestOnDev(preferWhole(own)) ?? []);
  return { counts, total: Object.values(counts).reduce((sum, n) => sum + n, 0), best, remainingFlops, recent };
}

async function remaining(database: Database, sweepId: string): Promise<number> {
  const [row] = await ask(database, () =>
    database
      .select({ flops: sql<number>`coalesce(sum(${trials.flops}), 0)` })
      .from(trials)
      .where(and(eq(trials.sweepId, sweepId), inArray(trials.state, ['waiting', 'running']))),
  );
  return row?.flops ?? 0;
}

/** The last attempt's time only: what an interrupted one spent is not this trial's speed. */
async function recentWork(database: Database, sweepId: string): Promise<FinishedWork[]> {
  return ask(database, () =>
    database
      .select({
        flops: trials.flops,
        seconds: sql<number>`extract(epoch from ${attempts.finishedAt} - ${attempts.startedAt})::float8`,
      })
      .from(trials)
      .innerJoin(attempts, and(eq(attempts.trialId, trials.id), eq(attempts.attempt, trials.attempt)))
      .where(and(eq(trials.sweepId, sweepId), eq(trials.state, 'complete'), isNotNull(attempts.finishedAt)))
      .orderBy(desc(trials.finishedAt))
      .limit(RECENT),
  );
}
