// A person ended the trial.
import { cancelTrial } from '../db/trials.ts';
import type { Dependencies } from './dependencies.ts';

export function createRecordCancelled({ database }: Dependencies) {
  return async ({ trialId }: { trialId: string }): Promise<void> => {
    await cancelTrial(database, { trialId });
  };
}
