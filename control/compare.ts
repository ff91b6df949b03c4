// Configurations averaged over their seeds, beside baselines measured here and published ones.
import { listPublished, type PublishedRow } from '../db/published.ts';
import { listConfigurations, listScored, type ConfigurationMean } from '../db/configurations.ts';
import { listCutShort } from '../db/cut-short.ts';
import { findSweep, type SweepRow } from '../db/sweeps.ts';
import type { Control } from './control.ts';
import { configurationsFound, describeFinding, describeCutShort } from './finding.ts';

export interface Comparison {
  sweep: SweepRow;
  /** Best on dev first within a task. */
  configurations: ConfigurationMean[];
  /** Figures from papers on the sweep's tasks. */
  published: PublishedRow[];
  /** Plain sentences, one a task. */
  findings: string[];
}

/** @throws UnknownSweepError */
export async function compare({ database }: Pick<Control, 'database'>, name: string): Promise<Comparison> {
  const sweep = await findSweep(database, name);
  const [configurations, published, cutShort] = await Promise.all([
    listConfigurations(database, sweep.id),
    listPublished(database, sweep.id),
    listCutShort(database, sweep.id),
  ]);
  const configurationKeys = configurationsFound(configurations).map(({ configurationKey }) => configurationKey);
  const scored = await listScored(database, { sweepId: sweep.id, configurationKeys });
  const tasks = [...new Set(configurations.map(({ task }) => task))];
  const findings = tasks.map((task) => {
    const ofTask = <Row extends { task: string }>(rows: Row[]): Row[] => rows.filter((row) => row.task === task);
    return describeFinding(ofTask(configurations), ofTask(scored));
  });
  return { sweep, configurations, published, findings: [...findings, ...describeCutShort(sweep, cutShort)] };
}
