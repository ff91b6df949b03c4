// A sweep's complete trials with all their dev scores, in the order in which stopping rules would have seen them.
import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { DevPoint, RanTrial } from '../sweep/stopping/replay.ts';
import { type Database, ask } from './client.ts';
import { evaluations, trials } from './schema.ts';

export interface ReplayableTrial extends RanTrial {
  task: string;
  metric: typeof trials.$inferSelect.metric;
  regime: typeof trials.$inferSelect.regime;
  k: number | null;
}

/** Trials that train nothing have nothing to stop, and are left out. */
export async function listRan(database: Database, sweepId: string): Promise<ReplayableTrial[]> {
  const { position, configurationKey, dataSeed, trainSeed, task, metric, regime, k, steps, msPerStep, devScore } =
    trials;
  const points = sql<DevPoint[]>`json_agg(json_build_object(
    'step', ${evaluations.step}, 'score', ${evaluations.score}, 'at', extract(epoch from ${evaluations.recordedAt}) * 1000
  ) order by ${evaluations.step})`;
  const rows = await ask(database, () =>
    database
      .select({
        ...{
          position,
          configuration: configurationKey,
          dataSeed,
          trainSeed,
          task,
          metric,
          regime,
          k,
          steps,
          msPerStep,
          points,
        },
        final: devScore,
        evaluateEvery: sql<number>`(${trials.trial} #>> '{training,evaluateEvery}')::integer`,
      })
      .from(trials)
      .innerJoin(evaluations, and(eq(evaluations.trialId, trials.id), eq(evaluations.split, 'dev')))
      .where(and(eq(trials.sweepId, sweepId), eq(trials.state, 'complete'), gt(steps, 0)))
      .groupBy(trials.id)
      .orderBy(asc(position)),
  );
  return rows.flatMap(({ msPerStep: ms, steps: all, final, ...row }) => {
    if (all === null || final === null) return [];
    const group = JSON.stringify([row.task, row.metric, row.regime, row.k, all]);
    return [{ ...row, group, steps: all, final, seconds: ms === null ? null : (ms * all) / 1000 }];
  });
}
