// Configurations averaged over their seeds, beside baselines measured here and published ones.
import { listPublished, type PublishedRow } from '../db/published.ts';
import { listConfigurations, listScored, type ConfigurationMean } from '../db/configurations.ts';
import { listCutShort } from '../db/cut-short.ts';
import { findSweep, type SweepRow } from '../db/sweeps.ts';
import { columnKey } from '../sweep/statistics/entrant.ts';
import { grouped } from '../sweep/statistics/grouped.ts';
import { configurationSettings, settingsApart } from './configuration-settings.ts';
import type { Control } from './control.ts';
import { configurationsFound, describeFinding, describeCutShort } from './finding.ts';

export interface ComparedConfiguration extends ConfigurationMean {
  /** What tells it from others, beside layer, length and generator: `rank 8, learningRate 0.001`. */
  settings: string | null;
}

export interface Comparison {
  sweep: SweepRow;
  /** Best on dev first within a task, regime and metric. */
  configurations: ComparedConfiguration[];
  /** Figures from papers on the sweep's tasks. */
  published: PublishedRow[];
  /** Plain sentences, one a task, regime and metric. */
  findings: string[];
}

/** @throws UnknownSweepError */
export async function compare({ database }: Pick<Control, 'database'>, name: string): Promise<Comparison> {
  const sweep = await findSweep(database, name);
  const [means, published, cutShort, settings, apart] = await Promise.all([
    listConfigurations(database, sweep.id),
    listPublished(database, sweep.id),
    listCutShort(database, sweep.id),
    configurationSettings({ database }, sweep.id),
    settingsApart({ database }, sweep.id),
  ]);
  const configurations = means.map((row) => ({ ...row, settings: settings.get(row.configurationKey) ?? null }));
  const configurationKeys = configurationsFound(configurations).map(({ configurationKey }) => configurationKey);
  const scored = await listScored(database, { sweepId: sweep.id, configurationKeys });
  const findings = grouped(configurations, columnKey).map((own) => {
    const trials = scored.filter((trial) => columnKey(trial) === columnKey(own[0]));
    return describeFinding(own, trials, { among: configurations, apart });
  });
  return { sweep, configurations, published, findings: [...findings, ...describeCutShort(sweep, cutShort, apart)] };
}
