// Its trainer has stopped because it was told to: the trial is paused, cancelled or stopped early, or waits again when that
// was taken back.
import { stopTrial } from '../db/trials.ts';
import type { TrialResult } from '../workflows/messages.ts';
import type { Dependencies } from './dependencies.ts';
import { saySettled } from './happening.ts';

export function createRecordStopped({ database, observe }: Dependencies) {
  return async ({ trialId }: { trialId: string }): Promise<TrialResult> => {
    const state = await stopTrial(database, { trialId });
    if (observe) saySettled(observe, trialId, state);
    // Running it can no longer be: whoever still had it has stopped.
    return { state: state === 'running' ? 'waiting' : state };
  };
}
