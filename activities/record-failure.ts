// The trial has used up its tries. A state that is already final stays: the answer to an earlier call may have been lost.
import { failTrial } from '../db/trials.ts';
import type { TrainerError } from '../training/messages.ts';
import type { TrialResult } from '../workflows/messages.ts';
import type { Dependencies } from './dependencies.ts';

export function createRecordFailure({ database, observe }: Dependencies) {
  return async ({ trialId, error }: { trialId: string; error: TrainerError }): Promise<TrialResult> => {
    const state = await failTrial(database, { trialId, attempt: null, error });
    if (state === 'failed') observe?.({ type: 'trial-settled', trialId, state });
    if (state !== 'waiting' && state !== 'running' && state !== 'failed') return { state };
    return { state: 'failed', kind: error.kind };
  };
}
