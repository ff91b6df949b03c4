// Which configuration stands for a method: on each task the one that is best on dev, fixed over its seeds. Test takes no part.
import type { ConfigurationMean } from '../db/configurations.ts';
import { preferWhole } from '../db/whole-configurations.ts';
import { bestOnDev } from '../sweep/statistics.ts';
import { columnKey } from '../sweep/statistics/entrant.ts';
import { grouped } from '../sweep/statistics/grouped.ts';

/** Among whole ones, where there are any. Methods in the order in which they come. */
export function chosenOf(configurations: readonly ConfigurationMean[]): ConfigurationMean[] {
  const entrants = grouped(configurations, (row) => `${row.method}\n${columnKey(row)}`);
  return entrants.flatMap((own) => bestOnDev(preferWhole(own)) ?? []);
}
