// Deterministic: one trial, from its first attempt to a state that is final.
import {
  CancellationScope,
  isCancellation,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { delayBeforeRetry, describeFailure, recordedKind, type FailureKind } from './failures.ts';
import { begunSignal, type TrialInput, type TrialResult } from './messages.ts';
import type { TrialState } from '../sweep/trial.ts';
import { quick, training } from './proxies.ts';
import { trialStateAttribute } from './search-attributes.ts';

export async function trialWorkflow(input: TrialInput): Promise<TrialResult> {
  setHandler(begunSignal, () => showState(input, 'running'));
  try {
    const result = await trainUntilSettled(input);
    showState(input, result.state);
    return result;
  } catch (error) {
    // A worker may die while it is being cancelled: that is still a cancellation.
    if (!isCancellation(error) && !CancellationScope.current().consideredCancelled) throw error;
    await CancellationScope.nonCancellable(() => quick.recordCancelled({ trialId: input.trialId }));
    showState(input, 'cancelled');
    throw error;
  }
}

async function trainUntilSettled(input: TrialInput): Promise<TrialResult> {
  const { trainTrial } = training(input.deviceClass, workflowInfo().taskQueue);
  const failures = new Map<FailureKind, number>();
  for (;;) {
    try {
      return await trainTrial({ trialId: input.trialId, isShown: input.labels !== undefined });
    } catch (error) {
      if (isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
      const { kind, message } = describeFailure(error);
      const count = (failures.get(kind) ?? 0) + 1;
      failures.set(kind, count);
      const delayMs = delayBeforeRetry(kind, count);
      if (delayMs === null) {
        return await quick.recordFailure({ trialId: input.trialId, error: { kind: recordedKind(kind), message } });
      }
      showState(input, 'waiting');
      await sleep(delayMs);
    }
  }
}

function showState({ labels }: TrialInput, state: TrialState): void {
  if (labels !== undefined) upsertSearchAttributes([{ key: trialStateAttribute, value: state }]);
}
