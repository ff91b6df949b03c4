// Too many trials failed in a row with the same kind: the sweep ends, and what waits stays waiting.
import { firstFailure } from '../db/failures.ts';
import { setSweepState } from '../db/sweeps.ts';
import type { FailureStreak } from '../workflows/messages.ts';
import type { Dependencies } from './dependencies.ts';

/** From now on no attempt of the sweep begins; attempts that run go on to their end. */
export function createStopSweep({ database }: Dependencies) {
  return async ({ sweepId, kind, trials }: { sweepId: string } & FailureStreak): Promise<void> => {
    const message = await firstFailure(database, { sweepId, kind });
    const error = `Stopped after ${trials} trials in a row failed with ${kind}. The first said: ${message ?? 'nothing'}`;
    await setSweepState(database, { sweepId, state: 'failed', error });
  };
}
