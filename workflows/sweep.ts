// Deterministic: keeps a window of trials running until none is waiting. It holds ids and counts; results are in Postgres.
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  executeChild,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { WaitingTrial } from '../activities/list-waiting.ts';
import { describeFailure } from './failures.ts';
import { trialWorkflowId } from './ids.ts';
import { FailureBreaker } from './failure-breaker.ts';
import {
  progressQuery,
  type SettledCounts,
  type SweepInput,
  type SweepResult,
  type TrialInput,
  type TrialResult,
} from './messages.ts';
import { followOrders, orderedBeforeCancel } from './orders.ts';
import { quick } from './proxies.ts';
import { trialAttributes } from './search-attributes.ts';
import { trialWorkflow } from './trial.ts';
import { WarmWorkers } from './warm-workers.ts';
import { RollingWindow } from './window.ts';

/** About as many events as make the server suggest to hand over; far below the 51,200 at which it ends a run. */
const HISTORY_LIMIT = 8_000;

const NONE_SETTLED: SettledCounts = { complete: 0, failed: 0, cancelled: 0, paused: 0, 'stopped-early': 0 };

export async function sweepWorkflow(input: SweepInput): Promise<SweepResult> {
  const settled: SettledCounts = input.settled ?? { ...NONE_SETTLED };
  const breaker = new FailureBreaker(input.stopAfterFailures, input.streak ?? null);
  const warm = new WarmWorkers();
  const window: RollingWindow<WaitingTrial> = new RollingWindow<WaitingTrial>({
    key: ({ trialId }) => trialId,
    take: (request) => quick.listWaiting({ sweepId: input.sweepId, labels: input.searchAttributes, ...request }),
    run: async (trial) => {
      const result = await runTrial(input, trial, warm.take(trial.warmth));
      warm.note(trial.warmth, result.warmQueue);
      if (result.state === 'waiting') window.lookAgain();
      else settled[result.state] += 1;
      const streak = breaker.hear(result);
      if (streak) await quick.stopSweep({ sweepId: input.sweepId, ...streak });
    },
    isDraining: () => breaker.isTripped || hasLongHistory(input),
  });
  setHandler(progressQuery, () => ({ inFlight: window.running, settled }));
  const look = followOrders({ sweepId: input.sweepId, window, onOrder: () => breaker.reset() });

  try {
    if (input.settled === undefined) await quick.startSweep({ sweepId: input.sweepId });
    await look();
    return await runToTheEnd({ input, window, settled, breaker });
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await orderedBeforeCancel();
    await CancellationScope.nonCancellable(() => quick.cancelSweep({ sweepId: input.sweepId }));
    throw error;
  }
}

interface SweepRun {
  input: SweepInput;
  window: RollingWindow<WaitingTrial>;
  settled: SettledCounts;
  breaker: FailureBreaker;
}

/** A trial may be put back to waiting at the last moment, so the sweep ends only when Postgres says that none is left. */
async function runToTheEnd({ input, window, settled, breaker }: SweepRun): Promise<SweepResult> {
  for (;;) {
    await window.keepFull();
    await condition(allHandlersFinished);
    if (breaker.isTripped) return { state: 'failed' };
    if (hasLongHistory(input)) await continueAsNew<typeof sweepWorkflow>({ ...input, settled, streak: breaker.streak });
    const { state } = await quick.finishSweep({ sweepId: input.sweepId });
    if (state !== 'running' && allHandlersFinished()) return { state };
    window.lookAgain();
  }
}

/** Always ends with a state: what a trial dies of stays its own affair. */
async function runTrial(
  input: SweepInput,
  trial: WaitingTrial,
  warm: Pick<TrialInput, 'warmQueue'>,
): Promise<TrialResult> {
  const { sweepId, deviceClass } = input;
  const { trialId, priority, lastAttempt, memoryMiB, labels } = trial;
  const known = { sweepId, trialId, priority, deviceClass, lastAttempt, memoryMiB };
  try {
    return await executeChild(trialWorkflow, {
      workflowId: trialWorkflowId(sweepId, trialId),
      args: [{ ...known, ...warm, ...(labels === undefined ? {} : { labels }) }],
      ...(labels === undefined ? {} : { typedSearchAttributes: trialAttributes(labels) }),
    });
  } catch (error) {
    if (isCancellation(error)) return { state: 'cancelled' };
    const { message } = describeFailure(error);
    const failure = { kind: 'unknown', message: `The trial's workflow ended early: ${message}` } as const;
    return await CancellationScope.nonCancellable(() => quick.recordFailure({ trialId, error: failure }));
  }
}

function hasLongHistory({ historyLimit = HISTORY_LIMIT }: SweepInput): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength > historyLimit;
}
