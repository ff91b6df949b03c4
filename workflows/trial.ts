// Deterministic: one trial, from its first attempt to a state that is final.
import {
  CancellationScope,
  CancelledFailure,
  isCancellation,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ErrorKind } from '../sweep/error-kinds.ts';
import type { TrialState } from '../sweep/states.ts';
import { type AttemptFailure, delayBeforeRetry, describeFailure, isUntaken } from './failures.ts';
import { begunSignal, type AttemptResult, type TrialInput, type TrialResult } from './messages.ts';
import { priorityOf, quick, training, type TrainingPlace } from './proxies.ts';
import { trainingQueue } from './queues.ts';
import { trialStateAttribute } from './search-attributes.ts';

/** How often a worker may leave a trial that it has lost to others; then it takes it itself, so one worker never starves. */
const MOST_LEFT = 3;
const LEFT_FOR_MS = 1_000;
const BUSY_FOR_MS = 50;

export async function trialWorkflow(input: TrialInput): Promise<TrialResult> {
  setHandler(begunSignal, () => showState(input, 'running'));
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
    throw isCancellation(error) ? error : new CancelledFailure('The trial was cancelled.');
  }
}

async function trainUntilSettled(input: TrialInput): Promise<TrialResult> {
  const { trialId } = input;
  const isShown = input.labels !== undefined;
  const failures = new Map<ErrorKind, number>();
  let lastAttempt = input.lastAttempt;
  const turnedAway = { left: 0, busy: 0 };
  for (let place = firstPlace(input); ; place = anywhere(input)) {
    const { trainTrial } = training(place);
    const tried = await outcomeOf(trainTrial({ trialId, lastAttempt, mayLeave: turnedAway.left < MOST_LEFT, isShown }));
    if ('state' in tried) {
      if (tried.state !== 'left' && tried.state !== 'busy') return { ...tried, state: tried.state };
      turnedAway[tried.state] += 1;
      await sleep(restAfter(tried.state, turnedAway[tried.state]));
      continue;
    }
    Object.assign(turnedAway, { left: 0, busy: 0 });
    const count = (failures.get(tried.kind) ?? 0) + 1;
    failures.set(tried.kind, count);
    const delayMs = delayBeforeRetry(tried.kind, count);
    if (delayMs === null) return await quick.recordFailure({ trialId, error: tried });
    lastAttempt = (await quick.recordAttemptEnd({ trialId, error: tried })).lastAttempt;
    showState(input, 'waiting');
    await sleep(delayMs);
  }
}

/** @param times that the trial was turned away like this, one after the other */
function restAfter(why: 'left' | 'busy', times: number): number {
  return why === 'left' ? LEFT_FOR_MS * times : Math.min(BUSY_FOR_MS * times, LEFT_FOR_MS);
}

/** How the attempt ended, well or not. @throws a cancellation */
async function outcomeOf(attempt: Promise<AttemptResult>): Promise<AttemptResult | AttemptFailure> {
  try {
    return await attempt;
  } catch (error) {
    if (isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
    return isUntaken(error) ? { state: 'busy' } : describeFailure(error);
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

function showState({ labels }: TrialInput, state: TrialState): void {
  if (labels !== undefined) upsertSearchAttributes([{ key: trialStateAttribute, value: state }]);
}
