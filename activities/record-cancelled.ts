// A person ended the trial.
import { cancelTrial } from '../db/trials.ts';
import type { Dependencies } from './dependencies.ts';

export function createRecordCancelled({ database, observe }: Dependencies) {
  return async ({ trialId }: { trialId: string }): Promise<void> => {
    const state = await cancelTrial(database, { trialId });
    if (state === 'cancelled') observe?.({ type: 'trial-settled', trialId, state });
  };
}
