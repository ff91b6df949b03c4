// Deterministic: one trial, from its first attempt to a state that is final.
import { CancellationScope, isCancellation, sleep, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { delayBeforeRetry, describeFailure, recordedKind, type FailureKind } from './failures.ts';
import type { TrialInput, TrialResult } from './messages.ts';
import { priorityOf, quick, training, type TrainingPlace } from './proxies.ts';
import { trainingQueue } from './queues.ts';
import { trialStateAttribute } from './search-attributes.ts';

export async function trialWorkflow(input: TrialInput): Promise<TrialResult> {
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
  const failures = new Map<FailureKind, number>();
  for (let place = firstPlace(input); ; place = anywhere(input)) {
    try {
      return await training(place).trainTrial({ trialId: input.trialId });
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

/** How long a worker that is warm is waited for: less than it takes to load a backbone. */
const WARM_PATIENCE_MS = 1_000;

/** The worker that has backbone and data warm; it may be busy or gone, and then any other will do. */
function firstPlace(input: TrialInput): TrainingPlace {
  if (input.warmQueue === undefined) return anywhere(input);
  return { taskQueue: input.warmQueue, priority: priorityOf(input), patienceMs: WARM_PATIENCE_MS };
}

function anywhere(input: TrialInput): TrainingPlace {
  return { taskQueue: trainingQueue(input, workflowInfo().taskQueue), priority: priorityOf(input) };
}

function showState({ labels }: TrialInput, state: TrialResult['state']): void {
  if (labels !== undefined) upsertSearchAttributes([{ key: trialStateAttribute, value: state }]);
}
