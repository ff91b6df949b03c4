// An attempt is over and its trial goes on: says why with the attempt, and sends the trial back to waiting.
import { Context } from '@temporalio/activity';
import { endAttempt } from '../db/attempts.ts';
import type { TrainerError } from '../training/messages.ts';
import type { Dependencies } from './dependencies.ts';

export function createRecordAttemptEnd({ database }: Dependencies) {
  return ({ trialId, error }: { trialId: string; error: TrainerError }): Promise<{ lastAttempt: number }> =>
    endAttempt(database, { trialId, error, workflowRunId: workflowRunOf(Context.current()) });
}

/** Whose attempts these are: known again by this in Postgres. */
export function workflowRunOf({ info }: Context): string {
  return info.workflowExecution?.runId ?? '';
}
