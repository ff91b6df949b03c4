// What tells a sweep's configurations apart, in words.
import type { Control } from './control.ts';
import { differingSettings } from '../sweep/settings.ts';
import { sweepSettings } from './sweep-settings.ts';

/** Each table of trials or configurations has a column for these. */
const IN_COLUMNS = ['insertionLayer', 'promptLength', 'generator'];

/**
 * By configuration key; without those that nothing else tells apart.
 * @param alsoInColumns for what the table asked for has columns besides
 */
export async function configurationSettings(
  { database }: Pick<Control, 'database'>,
  sweepId: string,
  alsoInColumns: readonly string[] = [],
): Promise<ReadonlyMap<string, string>> {
  const rows = await sweepSettings(database, sweepId);
  const wordsOf = differingSettings(rows, [...IN_COLUMNS, ...alsoInColumns]);
  const all = rows.map((row): [string, string] => [row.configurationKey, wordsOf(row)]);
  return new Map(all.filter(([, words]) => words !== ''));
}
