// What tells the configurations of a table apart and has no column of its own, in words.
import { configurationSettings } from '../../control/configuration-settings.ts';
import type { Column } from '../table.ts';
import type { Database } from '../visit.ts';

/** By configuration key: `rank 8`. */
export type OtherSettings = ReadonlyMap<string, string>;

/** @param inColumns beside layer, length and generator, by their names in the sweep file */
export function otherSettings(
  database: Database,
  sweepId: string,
  inColumns: readonly string[],
): Promise<OtherSettings> {
  return configurationSettings({ database }, sweepId, inColumns);
}

/** No column where nothing is left to tell. */
export function settingsColumn<Row extends { configurationKey: string }>(
  rows: readonly Row[],
  settings: OtherSettings,
): Column<Row>[] {
  if (!rows.some(({ configurationKey }) => settings.has(configurationKey))) return [];
  return [{ title: 'other settings', cell: ({ configurationKey }) => settings.get(configurationKey) }];
}
