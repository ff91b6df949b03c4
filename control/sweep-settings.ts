// The settings of a sweep's configurations. They never change, and trials that are added come last.
import { ask } from '../db/client.ts';
import { listSettings } from '../db/configurations.ts';
import { lastPosition } from '../db/last-position.ts';
import type { TrialSettings } from '../sweep/settings.ts';
import type { Control } from './control.ts';
import { keptFew } from './kept-few.ts';

export type Settings = readonly (TrialSettings & { configurationKey: string })[];

const kept = keptFew<Settings>({ most: 8 });

export async function sweepSettings(database: Control['database'], sweepId: string): Promise<Settings> {
  const last = await ask(database, () => lastPosition(database, sweepId));
  return kept(`${sweepId} ${last}`, () => listSettings(database, sweepId));
}
