// Which configuration stands for a method: on each task the one that is best on dev, fixed over its seeds. Test takes no part.
import type { ConfigurationMean } from '../db/configurations.ts';
import { preferWhole, type Stopped } from '../db/stopped.ts';
import { bestOnDev } from '../sweep/statistics.ts';
import { columnKey } from '../sweep/statistics/entrant.ts';
import { grouped } from '../sweep/statistics/grouped.ts';

/** Of each method on each task those that ran on all their seeds, where there are any. Methods in the order in which they come. */
export function entrantsOf(
  configurations: readonly ConfigurationMean[],
  stopped: Stopped,
): (readonly ConfigurationMean[])[] {
  return grouped(configurations, (row) => `${row.method}\n${columnKey(row)}`).map((own) => preferWhole(own, stopped));
}

export function chosenOf(configurations: readonly ConfigurationMean[], stopped: Stopped): ConfigurationMean[] {
  return entrantsOf(configurations, stopped).flatMap((own) => bestOnDev(own) ?? []);
}
