// What tells the configurations of a table apart and has no column of its own, in words.
import type { SettingWords } from '../../control/configuration-settings.ts';
import type { Column } from '../table.ts';

/** No column where nothing is left to tell. */
export function settingsColumn<Row extends { configurationKey: string }>(
  rows: readonly Row[],
  settings: SettingWords,
): Column<Row>[] {
  if (!rows.some(({ configurationKey }) => settings.has(configurationKey))) return [];
  return [{ title: 'other settings', cell: ({ configurationKey }) => settings.get(configurationKey) }];
}
