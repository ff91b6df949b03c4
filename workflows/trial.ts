// Deterministic: one trial, from its first attempt to a state that is final.
import { CancellationScope, isCancellation, sleep, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { ErrorKind } from '../sweep/trial.ts';
import { type AttemptFailure, delayBeforeRetry, describeFailure } from './failures.ts';
import type { AttemptResult, TrialInput, TrialResult } from './messages.ts';
import { quick, training } from './proxies.ts';
import { trialStateAttribute } from './search-attributes.ts';

/** How often a worker may leave a trial that it has lost to others; then it takes it itself, so one worker never starves. */
const MOST_LEFT = 3;
const LEFT_FOR_MS = 1_000;

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

async function trainUntilSettled({ trialId, deviceClass, lastAttempt: known }: TrialInput): Promise<TrialResult> {
  const { trainTrial } = training(deviceClass, workflowInfo().taskQueue);
  const failures = new Map<ErrorKind, number>();
  let lastAttempt = known;
  let timesLeft = 0;
  for (;;) {
    const tried = await outcomeOf(trainTrial({ trialId, lastAttempt, mayLeave: timesLeft < MOST_LEFT }));
    if ('state' in tried) {
      if (tried.state !== 'left') return { ...tried, state: tried.state };
      timesLeft += 1;
      await sleep(LEFT_FOR_MS * timesLeft);
      continue;
    }
    timesLeft = 0;
    const count = (failures.get(tried.kind) ?? 0) + 1;
    failures.set(tried.kind, count);
    const delayMs = delayBeforeRetry(tried.kind, count);
    if (delayMs === null) return await quick.recordFailure({ trialId, error: tried });
    lastAttempt = (await quick.recordAttemptEnd({ trialId, error: tried })).lastAttempt;
    await sleep(delayMs);
  }
}

/** How the attempt ended, well or not. @throws a cancellation */
async function outcomeOf(attempt: Promise<AttemptResult>): Promise<AttemptResult | AttemptFailure> {
  try {
    return await attempt;
  } catch (error) {
    if (isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
    return describeFailure(error);
  }
}

function showState({ labels }: TrialInput, state: TrialResult['state']): void {
  if (labels !== undefined) upsertSearchAttributes([{ key: trialStateAttribute, value: state }]);
}
