// The other average: the configuration that is best on dev is chosen anew on each pair of seeds.
import { asc, desc, eq } from 'drizzle-orm';
import { type Database, ask } from './client.ts';
import { bestPerSeed, bestPerSeedMeans } from './views.ts';

export type ChosenTrial = typeof bestPerSeed.$inferSelect;
export type PerSeedMean = typeof bestPerSeedMeans.$inferSelect;

/** One a method, metric and pair of seeds; complete trials only. */
export function listBestPerSeed(database: Database, sweepId: string): Promise<ChosenTrial[]> {
  const { task, k, metric, method, dataSeed, trainSeed } = bestPerSeed;
  return ask(database, () =>
    database
      .select()
      .from(bestPerSeed)
      .where(eq(bestPerSeed.sweepId, sweepId))
      .orderBy(asc(task), asc(k), asc(metric), asc(method), asc(dataSeed), asc(trainSeed)),
  );
}

/** Best on dev first within a task, k and metric. */
export function listBestPerSeedMeans(database: Database, sweepId: string): Promise<PerSeedMean[]> {
  const { task, k, metric, method, devMean } = bestPerSeedMeans;
  return ask(database, () =>
    database
      .select()
      .from(bestPerSeedMeans)
      .where(eq(bestPerSeedMeans.sweepId, sweepId))
      .orderBy(asc(task), asc(k), asc(metric), desc(devMean), asc(method)),
  );
}
