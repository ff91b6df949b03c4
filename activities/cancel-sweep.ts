// A person ended the sweep: what was still waiting will not run.
import { setSweepState } from '../db/sweeps.ts';
import { cancelWaiting } from '../db/trials.ts';
import type { Dependencies } from './dependencies.ts';

export function createCancelSweep({ database }: Dependencies) {
  return async ({ sweepId }: { sweepId: string }): Promise<void> => {
    await cancelWaiting(database, sweepId);
    await setSweepState(database, { sweepId, state: 'cancelled' });
  };
}
