// Stores the data sets of planned trials in Postgres, so that workers on other machines have them.
import { partsOf, sizeOfFiles } from '../data/parts.ts';
import { listStoredFiles, saveDataSet } from '../db/data-sets.ts';
import type { PlannedTrial } from '../sweep/plan.ts';
import type { TaskSettings } from '../sweep/task.ts';
import type { Control } from './control.ts';

/** A larger data set stays out of the database: other machines need its files at the same path, or a name they can fetch. */
export const LARGEST_STORED_MIB = 256;

/** Each data set once, whoever stored it before. @returns the tasks whose data is too large */
export async function storeData(
  { database }: Pick<Control, 'database'>,
  trials: readonly Pick<PlannedTrial, 'trial'>[],
): Promise<string[]> {
  const tasks = new Map(trials.map(({ trial }) => [trial.task.data.fingerprint, trial.task]));
  const tooLarge: string[] = [];
  for (const [fingerprint, task] of tasks) {
    if ((await listStoredFiles(database, fingerprint)).length > 0) continue;
    if (await isTooLarge(task)) tooLarge.push(task.name);
    else await saveDataSet(database, { fingerprint, parts: partsOf(task.data.files) });
  }
  return tooLarge;
}

async function isTooLarge({ data }: TaskSettings): Promise<boolean> {
  return (await sizeOfFiles(data.files)) > LARGEST_STORED_MIB * 2 ** 20;
}
