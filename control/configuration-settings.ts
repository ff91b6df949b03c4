// What tells a sweep's configurations apart, in words.
import { differing, differingSettings, listOfMethod } from '../sweep/settings.ts';
import type { Control } from './control.ts';
import { sweepSettings } from './sweep-settings.ts';

/** By configuration key: `rank 8, learningRate 0.001`. Without those that nothing else tells apart. */
export type SettingWords = ReadonlyMap<string, string>;

/** Each table of trials or configurations has a column for these, and each name says them. */
const SAID_ANYWAY = ['insertionLayer', 'promptLength', 'generator'];

/** @param alsoInColumns for what the table asked for has columns besides, by names in the sweep file */
export async function configurationSettings(
  { database }: Pick<Control, 'database'>,
  sweepId: string,
  alsoInColumns: readonly string[] = [],
): Promise<SettingWords> {
  const rows = await sweepSettings(database, sweepId);
  return byKey(rows, differingSettings(rows, [...SAID_ANYWAY, ...alsoInColumns]));
}

/** For names, which say the method: settings of training, too, are held against those of the same method. */
export async function settingsWithinMethods(
  { database }: Pick<Control, 'database'>,
  sweepId: string,
): Promise<SettingWords> {
  const rows = await sweepSettings(database, sweepId);
  return byKey(rows, differing(rows, { listOf: listOfMethod, inColumns: SAID_ANYWAY }));
}

function byKey<Row extends { configurationKey: string }>(
  rows: readonly Row[],
  wordsOf: (row: Row) => string,
): SettingWords {
  const all = rows.map((row): [string, string] => [row.configurationKey, wordsOf(row)]);
  return new Map(all.filter(([, words]) => words !== ''));
}
