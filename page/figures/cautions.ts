// What a chart of means over seeds says for its reader not to be misled: each a sentence with a space before it, or nothing.
import type { Facet } from '../../db/charts/facets.ts';

export function oneSeed(rows: readonly { n: number }[]): string {
  return rows.length > 0 && rows.every(({ n }) => n === 1) ? ' One seed only, so there is no standard deviation.' : '';
}

/** Where a trial was stopped early, the mean over the others is too good. */
export function stoppedNote({ stopped }: Pick<Facet, 'stopped'>, rows: readonly { isWhole: boolean }[]): string {
  if (stopped === 0 || rows.length === 0) return '';
  const partial = rows.filter(({ isWhole }) => !isWhole).length;
  const kept =
    partial === 1 ? '1 mean shown has none beside it and is' : `${partial} means shown have none beside them and are`;
  const caution = partial === 0 ? '' : `; ${kept} too good, over the seeds that were not stopped`;
  return ` Configurations with a trial that was stopped early are left out where others ran on all their seeds${caution}.`;
}
