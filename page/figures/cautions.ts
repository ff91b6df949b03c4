// What a chart of means over seeds says for its reader not to be misled: each a sentence with a space before it, or nothing.
import type { Facet } from '../../db/charts/facets.ts';
import { OF_WHOLE } from '../../sweep/statistics/words.ts';

export function oneSeed(rows: readonly { n: number }[]): string {
  return rows.length > 0 && rows.every(({ n }) => n === 1) ? ' One seed only, so there is no standard deviation.' : '';
}

/** Where a trial was stopped early or diverged, the mean over the others is too good. */
export function partialNote(
  { stopped, diverged }: Pick<Facet, 'stopped' | 'diverged'>,
  rows: readonly { isWhole: boolean }[],
): string {
  if (stopped + diverged === 0 || rows.length === 0) return '';
  const ends = [...(stopped === 0 ? [] : ['was stopped early']), ...(diverged === 0 ? [] : ['diverged'])].join(' or ');
  const partial = rows.filter(({ isWhole }) => !isWhole).length;
  const kept =
    partial === 1 ? '1 mean shown has none beside it and is' : `${partial} means shown have none beside them and are`;
  const caution = partial === 0 ? '' : `; ${kept} too good, over the seeds that are left`;
  return ` Configurations with a trial that ${ends} are left out where there are others ${OF_WHOLE}${caution}.`;
}
