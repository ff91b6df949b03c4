// How many trials of a sweep are in flight at one time: now, and whenever it runs again.
import { findSweep, setWindow, type SweepRow } from '../db/sweeps.ts';
import type { Control } from './control.ts';
import { tellToLook } from './sweep-workflow.ts';

export interface Windowed {
  /** As it was before. */
  sweep: SweepRow;
  /** Whether a workflow runs that follows it at once. */
  isRunning: boolean;
}

/** Trials that are in flight beyond a smaller window are left to end. @throws UnknownSweepError */
export async function changeWindow(control: Control, name: string, window: number): Promise<Windowed> {
  const sweep = await findSweep(control.database, name);
  await setWindow(control.database, { sweepId: sweep.id, window });
  return { sweep, isRunning: await tellToLook(control, sweep.id) };
}
