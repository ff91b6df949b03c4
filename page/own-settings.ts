// The settings in which configurations of one method differ, in names and on axes.
import type { SettingWords } from '../control/configuration-settings.ts';
import { sweepSettings } from '../control/sweep-settings.ts';
import type { Database } from '../db/client.ts';
import { differingOnes, listOfMethod, type Setting } from '../sweep/settings.ts';

/** `lora, rank 8` */
export function fullName(name: string, configurationKey: string, settings: SettingWords): string {
  return [name, settings.get(configurationKey) ?? ''].filter((words) => words !== '').join(', ');
}

export interface Shown {
  sweepId: string;
  configurationKeys: readonly string[];
  /** What has an axis anyway, by names in the sweep file. */
  inAxes: readonly string[];
}

/** By configuration key, each one's value of what differs among those of any method that are shown: others may have it as well. */
export async function shownSettings(
  database: Database,
  { sweepId, configurationKeys, inAxes }: Shown,
): Promise<ReadonlyMap<string, Setting[]>> {
  const keys = new Set(configurationKeys);
  const rows = (await sweepSettings(database, sweepId)).filter(({ configurationKey }) => keys.has(configurationKey));
  const names = new Set(
    rows.flatMap(differingOnes(rows, { listOf: listOfMethod, inColumns: inAxes })).map(({ name }) => name),
  );
  return new Map(rows.map((row) => [row.configurationKey, listOfMethod(row).filter(({ name }) => names.has(name))]));
}
