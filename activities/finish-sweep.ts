// What a sweep ends as is read off its trials' states.
import { countStates, setSweepState } from '../db/sweeps.ts';
import type { SweepState } from '../sweep/trial.ts';
import type { Dependencies } from './dependencies.ts';

/** `running`: some trial is waiting again, the sweep has to go on. */
export function createFinishSweep({ database }: Dependencies) {
  return async ({ sweepId }: { sweepId: string }): Promise<{ state: Exclude<SweepState, 'waiting'> }> => {
    const counts = await countStates(database, sweepId);
    if (counts.waiting > 0) return { state: 'running' };
    const state = counts.failed + counts.running > 0 ? 'failed' : counts.cancelled > 0 ? 'cancelled' : 'complete';
    await setSweepState(database, { sweepId, state });
    return { state };
  };
}
