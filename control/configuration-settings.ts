// What tells a sweep's configurations apart, in words.
import { differingOnes, differingSettings, listOfMethod, type Setting, wordsOf } from '../sweep/settings.ts';
import type { Control } from './control.ts';
import { type Settings, sweepSettings } from './sweep-settings.ts';

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
  const apart = apartOf(rows);
  return byKey(rows, ({ configurationKey }) => {
    const own = apart.get(configurationKey) ?? [];
    return wordsOf(own.filter(({ name }) => !SAID_ANYWAY.includes(name)));
  });
}

/** One by one, for sentences: each says some of them anyway. */
export async function settingsApart({ database }: Pick<Control, 'database'>, sweepId: string): Promise<SettingsApart> {
  return apartOf(await sweepSettings(database, sweepId));
}

/** For as long as the settings themselves are kept: a sweep that is watched is asked for every second. */
const known = new WeakMap<Settings, SettingsApart>();

function apartOf(rows: Settings): SettingsApart {
  const found = known.get(rows);
  if (found !== undefined) return found;
  const settingsOf = differingOnes(rows, { listOf: listOfMethod, inColumns: [] });
  const apart = new Map(rows.map((row) => [row.configurationKey, settingsOf(row)]));
  known.set(rows, apart);
  return apart;
}

function byKey<Row extends { configurationKey: string }>(
  rows: readonly Row[],
  wordsOf: (row: Row) => string,
): SettingWords {
  const all = rows.map((row): [string, string] => [row.configurationKey, wordsOf(row)]);
  return new Map(all.filter(([, words]) => words !== ''));
}
