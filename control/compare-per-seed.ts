// The comparison by the other average: on each seed the configuration that is best on dev. Never shown beside `compare`.
import { listBestPerSeed, listBestPerSeedMeans, type ChosenTrial, type PerSeedMean } from '../db/best-per-seed.ts';
import { listPublished, type PublishedRow } from '../db/published.ts';
import { findSweep, type SweepRow } from '../db/sweeps.ts';
import { trialName } from '../db/trial-reference.ts';
import { configurationSettings } from './configuration-settings.ts';
import type { Control } from './control.ts';

export interface NamedChoice extends ChosenTrial {
  /** By which `show`, `rerun` and `export` find it: `demo/3`. */
  trial: string;
  /** What tells it from others of its sweep and has no field of its own: `rank 8`. */
  settings: string | null;
}

/** Every row has them by themselves. */
const IN_COLUMNS = ['learningRate', 'batchSize'];

export interface PerSeedComparison {
  sweep: SweepRow;
  /** One a method and metric, best on dev first within a task. */
  means: PerSeedMean[];
  /** What was chosen on each seed. */
  chosen: NamedChoice[];
  published: PublishedRow[];
}

/** @throws UnknownSweepError */
export async function comparePerSeed(
  { database }: Pick<Control, 'database'>,
  name: string,
): Promise<PerSeedComparison> {
  const sweep = await findSweep(database, name);
  const [means, best, published, settings] = await Promise.all([
    listBestPerSeedMeans(database, sweep.id),
    listBestPerSeed(database, sweep.id),
    listPublished(database, sweep.id),
    configurationSettings({ database }, sweep.id, IN_COLUMNS),
  ]);
  const chosen = best.map((row) => ({
    ...row,
    trial: trialName({ trial: row, sweep }),
    settings: settings.get(row.configurationKey) ?? null,
  }));
  return { sweep, means, chosen, published };
}
