// The sweep's workflow has begun.
import { setSweepState } from '../db/sweeps.ts';
import type { Dependencies } from './dependencies.ts';

export function createStartSweep({ database }: Dependencies) {
  return async ({ sweepId }: { sweepId: string }): Promise<void> => {
    await setSweepState(database, { sweepId, state: 'running' });
  };
}
