// One attempt at a trial: from the last checkpoint to its scores, or to an error whose kind says what to do next.
import { Context } from '@temporalio/activity';
import { endAttempt } from '../db/attempts.ts';
import { beginAttempt, type Begun } from '../db/begin-attempt.ts';
import { backboneIdentity } from '../sweep/backbone-identity.ts';
import type { DataSource } from '../sweep/task.ts';
import type { AttemptResult } from '../workflows/messages.ts';
import { announce } from './announce.ts';
import { conclude, train, type Attempt } from './attempt.ts';
import { cancellation, isStopping, STOPPING } from './cancellation.ts';
import type { Dependencies } from './dependencies.ts';
import { isHubAway, toTrialFailure } from './failure.ts';
import { saySettled } from './happening.ts';
import { Heartbeat } from './heartbeat.ts';
import { createBackboneFinder, type FindBackbone } from './local-backbone.ts';
import { observed } from './observed-attempt.ts';
import { patiently, type Patience } from './patience.ts';
import { workflowRunOf } from './record-attempt-end.ts';
import { NoTrainerError, type ChooseTrainer } from './trainer-pool.ts';
import { unlessAborted, whileBeating } from './waiting.ts';

export interface TrainTrialInput {
  trialId: string;
  /** See `beginAttempt`. */
  lastAttempt?: number | undefined;
  mayLeave?: boolean;
  /** Whether the trial's workflow shows its state as a search attribute. */
  isShown?: boolean;
}

/** Safe to run twice: each run is an attempt of its own, and only the newest can write. */
export function createTrainTrial(deps: Dependencies): (input: TrainTrialInput) => Promise<AttemptResult> {
  const findBackbone = createBackboneFinder(deps);
  return async (input) => {
    const context = Context.current();
    try {
      return await deps.trainers.use((choose) => attemptTrial({ deps, input, choose, findBackbone, context }));
    } catch (error) {
      if (error instanceof NoTrainerError) return { state: 'busy' };
      if (context.cancellationSignal.aborted) throw cancellation(context);
      throw toTrialFailure(error);
    }
  };
}

interface AttemptOptions {
  deps: Dependencies;
  input: TrainTrialInput;
  choose: ChooseTrainer;
  findBackbone: FindBackbone;
  context: Context;
}

async function attemptTrial(options: AttemptOptions): Promise<AttemptResult> {
  const { deps, input, context } = options;
  const { observe = nobodyLooks } = deps;
  const heartbeat = new Heartbeat(context);
  const patience: Patience = {
    delaysMs: deps.retryDelaysMs,
    onWait: (error) => {
      heartbeat.during(isHubAway(error) ? 'preparing' : 'saving');
      observe(isHubAway(error) ? { type: 'hub-away', message: error.message } : { type: 'database-away' });
    },
    onBack: (tries, error) => observe({ type: isHubAway(error) ? 'hub-back' : 'database-back', tries }),
    signal: context.cancellationSignal,
  };
  const who = { worker: deps.worker, device: deps.device, workflowRunId: workflowRunOf(context) };
  const begun = await patiently(() => beginAttempt(deps.database, { ...input, ...who }), patience);
  if (begun.kind === 'settled') {
    if (begun.isNew) saySettled(observe, input.trialId, begun.state);
    return { state: begun.state };
  }
  if (begun.kind === 'declined') return { state: begun.why === 'stopped' ? 'waiting' : 'left' };
  if (input.isShown === true) await announce(context);
  const attempt: Attempt = { deps, observe, trialId: input.trialId, begun, heartbeat, patience };
  try {
    return await observed({ ...attempt, context }, () => trainBegun(attempt, options));
  } catch (error) {
    if (isStopping(context)) await giveBack(options, begun.attempt);
    throw error;
  }
}

function nobodyLooks(): void {
  // Logs, metrics and traces are the worker's wish.
}

/** Before the worker is gone, for afterwards nobody may be there to do it. Where it fails the workflow does it later. */
async function giveBack({ deps, input: { trialId }, context }: AttemptOptions, attempt: number): Promise<void> {
  const error = { kind: 'worker-stopping', message: STOPPING } as const;
  const workflowRunId = workflowRunOf(context);
  await endAttempt(deps.database, { trialId, attempt, workflowRunId, error }).catch(() => undefined);
}

async function trainBegun(attempt: Attempt, { choose, findBackbone, context }: AttemptOptions): Promise<AttemptResult> {
  const { deps, begun, heartbeat, patience } = attempt;
  const { backbone, task } = begun.trial;
  const signal = context.cancellationSignal;
  const onProgress = (): void => heartbeat.during('preparing');
  const backboneFolder = await unlessAborted(signal, findBackbone(backbone, onProgress, patience));
  const find = (): ReturnType<typeof deps.findData> => deps.findData(task, onProgress);
  const files = await unlessAborted(signal, patiently(find, patience));
  const wanted = { backbone: backboneIdentity(backbone), data: task.data.fingerprint, shrink: begun.shrink };
  const trainer = await whileBeating(onProgress, choose(wanted, signal));
  const ready: Attempt = { ...attempt, begun: withData(begun, files) };
  return conclude(ready, await train(ready, { trainer, backboneFolder, signal }), signal);
}

function withData(begun: Begun, files: DataSource['files']): Begun {
  const { task } = begun.trial;
  return { ...begun, trial: { ...begun.trial, task: { ...task, data: { ...task.data, files } } } };
}
