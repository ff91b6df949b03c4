// The comparison by the other average: on each seed the configuration that is best on dev. Never shown beside `compare`.
import { listBestPerSeed, listBestPerSeedMeans, type ChosenTrial, type PerSeedMean } from '../db/best-per-seed.ts';
import { listPublished, type PublishedRow } from '../db/published.ts';
import { findSweep, type SweepRow } from '../db/sweeps.ts';
import type { Control } from './control.ts';

export interface PerSeedComparison {
  sweep: SweepRow;
  /** One a method and metric, best on dev first within a task. */
  means: PerSeedMean[];
  /** What was chosen on each seed. */
  chosen: ChosenTrial[];
  published: PublishedRow[];
}

/** @throws UnknownSweepError */
export async function comparePerSeed(
  { database }: Pick<Control, 'database'>,
  name: string,
): Promise<PerSeedComparison> {
  const sweep = await findSweep(database, name);
  const [means, chosen, published] = await Promise.all([
    listBestPerSeedMeans(database, sweep.id),
    listBestPerSeed(database, sweep.id),
    listPublished(database, sweep.id),
  ]);
  return { sweep, means, chosen, published };
}
