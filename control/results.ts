// One object a trial.
import { listResults, type TrialResult } from '../db/results.ts';
import { findSweep } from '../db/sweeps.ts';
import type { Control } from './control.ts';

/** In running order. @throws UnknownSweepError */
export async function results({ database }: Pick<Control, 'database'>, name: string): Promise<TrialResult[]> {
  const sweep = await findSweep(database, name);
  return listResults(database, sweep.id);
}
