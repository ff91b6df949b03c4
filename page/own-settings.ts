// The settings in which configurations of one method differ, beside those of which every name, or every chart, tells anyway.
import { sweepSettings } from '../control/sweep-settings.ts';
import type { Database } from '../db/client.ts';
import { differing, differingOnes, listOfMethod, type Setting } from '../sweep/settings.ts';

/** As `nameOf` has them. */
const IN_NAMES = ['insertionLayer', 'promptLength', 'generator'];

/** By configuration key, what a name lacks: `rank 8, learningRate 0.001`. */
export type OwnSettings = ReadonlyMap<string, string>;

export async function ownSettings(database: Database, sweepId: string): Promise<OwnSettings> {
  const rows = await sweepSettings(database, sweepId);
  const wordsOf = differing(rows, { listOf: listOfMethod, inColumns: IN_NAMES });
  return new Map(rows.map((row) => [row.configurationKey, wordsOf(row)]));
}

/** `lora, rank 8` */
export function fullName(name: string, configurationKey: string, settings: OwnSettings): string {
  return [name, settings.get(configurationKey) ?? ''].filter((words) => words !== '').join(', ');
}

export interface Shown {
  sweepId: string;
  configurationKeys: readonly string[];
  /** What has an axis anyway, by names in the sweep file. */
  inAxes: readonly string[];
}

/** By configuration key, what differs among those that are shown. */
export async function shownSettings(
  database: Database,
  { sweepId, configurationKeys, inAxes }: Shown,
): Promise<ReadonlyMap<string, Setting[]>> {
  const keys = new Set(configurationKeys);
  const rows = (await sweepSettings(database, sweepId)).filter(({ configurationKey }) => keys.has(configurationKey));
  const settingsOf = differingOnes(rows, { listOf: listOfMethod, inColumns: inAxes });
  return new Map(rows.map((row) => [row.configurationKey, settingsOf(row)]));
}
