// Deterministic: one trial, from its first attempt to a state that is final.
import { CancellationScope, isCancellation, sleep, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { delayBeforeRetry, describeFailure, recordedKind, type FailureKind } from './failures.ts';
import type { TrialInput, TrialResult } from './messages.ts';
import { quick, training } from './proxies.ts';
import { trialStateAttribute } from './search-attributes.ts';

export async function trialWorkflow(input: TrialInput): Promise<TrialResult> {
  try {
    const result = await trainUntilSettled(input);
    showState(input, result.state);
    return result;
  } catch (error) {
    // A worker may die while the trial is being stopped: that is still a stop, and Postgres knows what for.
    if (!isCancellation(error) && !CancellationScope.current().consideredCancelled) throw error;
    const result = await CancellationScope.nonCancellable(() => quick.recordStopped({ trialId: input.trialId }));
    showState(input, result.state);
    if (result.state !== 'cancelled') return result;
    throw error;
  }
}

async function trainUntilSettled(input: TrialInput): Promise<TrialResult> {
  const { trainTrial } = training(input.deviceClass, workflowInfo().taskQueue);
  const failures = new Map<FailureKind, number>();
  for (;;) {
    try {
      return await trainTrial({ trialId: input.trialId });
    } catch (error) {
      if (isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
      const { kind, message } = describeFailure(error);
      const count = (failures.get(kind) ?? 0) + 1;
      failures.set(kind, count);
      const delayMs = delayBeforeRetry(kind, count);
      if (delayMs === null) {
        return await quick.recordFailure({ trialId: input.trialId, error: { kind: recordedKind(kind), message } });
      }
      await sleep(delayMs);
    }
  }
}

function showState({ labels }: TrialInput, state: TrialResult['state']): void {
  if (labels !== undefined) upsertSearchAttributes([{ key: trialStateAttribute, value: state }]);
}
