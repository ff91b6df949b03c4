// What tells a sweep's configurations apart, in words.
import { differing, differingOnes, differingSettings, listOfMethod, type Setting } from '../sweep/settings.ts';
import type { Control } from './control.ts';
import { sweepSettings } from './sweep-settings.ts';

/** By configuration key: `rank 8, learningRate 0.001`. Without those that nothing else tells apart. */
export type SettingWords = ReadonlyMap<string, string>;

/** By configuration key: in what it differs from others of its method. */
export type SettingsApart = ReadonlyMap<string, readonly Pick<Setting, 'name' | 'value'>[]>;

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

/** One by one, for sentences: each says some of them anyway. */
export async function settingsApart({ database }: Pick<Control, 'database'>, sweepId: string): Promise<SettingsApart> {
  const rows = await sweepSettings(database, sweepId);
  const settingsOf = differingOnes(rows, { listOf: listOfMethod, inColumns: [] });
  return new Map(rows.map((row) => [row.configurationKey, settingsOf(row)]));
}

function byKey<Row extends { configurationKey: string }>(
  rows: readonly Row[],
  wordsOf: (row: Row) => string,
): SettingWords {
  const all = rows.map((row): [string, string] => [row.configurationKey, wordsOf(row)]);
  return new Map(all.filter(([, words]) => words !== ''));
}
