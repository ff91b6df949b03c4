// The sweep's workflow was cancelled in Temporal itself: what has not ended will not run.
import { haltTrials } from '../db/orders.ts';
import { settleStopping } from '../db/standing-orders.ts';
import { setSweepState } from '../db/sweeps.ts';
import type { Dependencies } from './dependencies.ts';

export function createCancelSweep({ database }: Dependencies) {
  return async ({ sweepId }: { sweepId: string }): Promise<void> => {
    await haltTrials(database, { sweepId, as: 'cancelled' });
    await settleStopping(database, sweepId);
    await setSweepState(database, { sweepId, state: 'cancelled' });
  };
}
