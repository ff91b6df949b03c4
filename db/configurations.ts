// Configurations by their means over seeds, and the trials that a mean is made of.
import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm';
import type { TrialSettings } from '../sweep/settings.ts';
import { type Database, ask } from './client.ts';
import type { TrialResult } from './results.ts';
import { trials } from './schema.ts';
import { configurationMeans } from './views.ts';

export type ConfigurationMean = typeof configurationMeans.$inferSelect;

/** A complete trial with what pairs it with others. */
export type ScoredTrial = Pick<
  TrialResult,
  'task' | 'regime' | 'k' | 'metric' | 'method' | 'dataSeed' | 'trainSeed'
> & {
  configurationKey: string;
  testScore: number;
};

/** Of these configurations, in running order; complete trials only. */
export async function listScored(
  database: Database,
  { sweepId, configurationKeys }: { sweepId: string; configurationKeys: string[] },
): Promise<ScoredTrial[]> {
  const { task, regime, k, metric, method, configurationKey, dataSeed, trainSeed, testScore } = trials;
  const rows = await ask(database, () =>
    database
      .select({ task, regime, k, metric, method, configurationKey, dataSeed, trainSeed, testScore })
      .from(trials)
      .where(
        and(
          eq(trials.sweepId, sweepId),
          eq(trials.state, 'complete'),
          inArray(trials.configurationKey, configurationKeys),
        ),
      )
      .orderBy(asc(trials.position)),
  );
  return rows.flatMap(({ testScore: score, ...row }) => (score === null ? [] : [{ ...row, testScore: score }]));
}

/** The settings of each configuration, whether or not a trial of it is complete. */
export function listSettings(
  database: Database,
  sweepId: string,
): Promise<(TrialSettings & { configurationKey: string })[]> {
  const { configurationKey, trial } = trials;
  const settings = {
    method: sql<TrialSettings['method']>`${trial} -> 'method'`,
    training: sql<TrialSettings['training']>`${trial} -> 'training'`,
  };
  return ask(database, () =>
    database
      .selectDistinctOn([configurationKey], { configurationKey, ...settings })
      .from(trials)
      .where(eq(trials.sweepId, sweepId))
      .orderBy(asc(configurationKey)),
  );
}

/** Best on dev first within a task, regime and metric; complete trials only. */
export function listConfigurations(database: Database, sweepId: string): Promise<ConfigurationMean[]> {
  const { task, regime, k, metric, devMean, n, configurationKey } = configurationMeans;
  return ask(database, () =>
    database
      .select()
      .from(configurationMeans)
      .where(eq(configurationMeans.sweepId, sweepId))
      .orderBy(asc(task), asc(regime), asc(k), asc(metric), desc(devMean), desc(n), asc(configurationKey)),
  );
}
