// What a chart of means over seeds says where trials were stopped early: the mean over the others is too good.
import type { Facet } from '../db/charts/facets.ts';

/** A sentence with a space before it, or nothing. */
export function stoppedNote({ stopped }: Pick<Facet, 'stopped'>, rows: readonly { isWhole: boolean }[]): string {
  if (stopped === 0 || rows.length === 0) return '';
  const partial = rows.filter(({ isWhole }) => !isWhole).length;
  const kept =
    partial === 1 ? '1 mean shown has none beside it and is' : `${partial} means shown have none beside them and are`;
  const caution = partial === 0 ? '' : `; ${kept} too good, over the seeds that were not stopped`;
  return ` Configurations with a trial that was stopped early are left out where others ran on all their seeds${caution}.`;
}
