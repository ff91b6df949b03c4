// What a sweep ends as is read off its trials' states.
import { concludeSweep } from '../db/conclusion.ts';
import type { SweepState } from '../sweep/states.ts';
import type { Dependencies } from './dependencies.ts';

/** `running`: some trial is waiting again, or the search has further ones; the sweep has to go on. */
export function createFinishSweep({ database }: Dependencies) {
  return async ({ sweepId }: { sweepId: string }): Promise<{ state: Exclude<SweepState, 'waiting'> }> => ({
    state: await concludeSweep(database, sweepId),
  });
}
