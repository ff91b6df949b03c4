// What stands over a table of methods by tasks: what its figures are, and which of them lack seeds.
import { basename, isAbsolute } from 'node:path';
import type { ConfigurationMean } from '../db/configurations.ts';
import type { SweepRow } from '../db/sweeps.ts';

interface Shown {
  chosen: readonly ConfigurationMean[];
  /** As the table's columns are headed. */
  taskName: (row: ConfigurationMean) => string;
  /** By configuration key: its trials, complete or not. */
  sizes: ReadonlyMap<string, number>;
}

export function captionOf(sweep: SweepRow, { chosen, taskName, sizes }: Shown): string {
  const metrics = [...new Set(chosen.map(({ metric }) => metric))];
  const tasksOf = (metric: string): string =>
    [...new Set(chosen.filter((row) => row.metric === metric).map(({ task }) => task))].join(', ');
  const measured = metrics.length === 1 ? metrics : metrics.map((metric) => `${metric} on ${tasksOf(metric)}`);
  const most = Math.max(...chosen.map(({ n }) => n));
  const spread = most < 2 ? 'one seed only, so without standard deviation' : 'mean ± sd over n seeds';
  // A folder of this machine means nothing to a reader.
  const backbone = isAbsolute(sweep.backbone) ? basename(sweep.backbone) : sweep.backbone;
  return [
    `Sweep ${sweep.name}, backbone ${backbone}: test score in percent (${measured.join('; ')}), ${spread}; of each method the one configuration that is best on dev.`,
    ...chosen.flatMap((row) =>
      lacking(row, { name: `${row.method} on ${taskName(row)}`, size: sizes.get(row.configurationKey) ?? row.n }),
    ),
  ].join(' ');
}

/** One that is not whole is shown where its method has none that is: a reader shall not take its mean for one over all seeds. */
function lacking({ n, isWhole }: ConfigurationMean, { name, size }: { name: string; size: number }): string[] {
  if (n === size) return [];
  const why = isWhole
    ? 'no score of the others is there'
    : 'a trial of it was stopped early or diverged, so the seeds that are left are its better ones and the mean is too good';
  return [`${name} is over ${n} of its ${size} seeds: ${why}.`];
}
