// One attempt at a trial: from the last checkpoint to its scores, or to an error whose kind says what to do next.
import { CancelledFailure, Context } from '@temporalio/activity';
import { beginAttempt, endAttempt, recordProvenance, type Begun } from '../db/attempts.ts';
import { dropCheckpoint, saveCheckpoint } from '../db/checkpoints.ts';
import { finishTrial, stopTrial } from '../db/trials.ts';
import { provenanceOf } from '../sweep/provenance.ts';
import type { DataSource } from '../sweep/trial.ts';
import type { TrainEnd, Trainer, TrainEvent } from '../training/trainer.ts';
import type { AttemptResult } from '../workflows/messages.ts';
import { announce } from './announce.ts';
import type { Dependencies } from './dependencies.ts';
import { toTrialFailure, trialFailure } from './failure.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Observe } from './happening.ts';
import { createBackboneFinder, type FindBackbone } from './local-backbone.ts';
import { attemptName, observed } from './observed-attempt.ts';
import { patiently, type Patience } from './patience.ts';
import { workflowRunOf } from './record-attempt-end.ts';
import { recordEvent } from './record-event.ts';
import { NoTrainerError, type ChooseTrainer } from './trainer-pool.ts';

interface Attempt {
  deps: Dependencies;
  observe: Observe;
  trialId: string;
  begun: Begun;
  heartbeat: Heartbeat;
  patience: Patience;
}

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
    onWait: () => {
      heartbeat.during('saving');
      observe({ type: 'database-away' });
    },
    onBack: (tries) => observe({ type: 'database-back', tries }),
    signal: context.cancellationSignal,
  };
  const who = { worker: deps.worker, device: deps.device, workflowRunId: workflowRunOf(context) };
  const begun = await patiently(() => beginAttempt(deps.database, { ...input, ...who }), patience);
  if (begun.kind === 'settled') return { state: begun.state };
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
  const backboneFolder = await unlessAborted(signal, findBackbone(backbone, onProgress));
  const find = (): ReturnType<typeof deps.findData> => deps.findData(task, onProgress);
  const files = await unlessAborted(signal, patiently(find, patience));
  const wanted = { backbone: backbone.fingerprint, data: task.data.fingerprint, shrink: begun.shrink };
  const trainer = await whileBeating(onProgress, choose(wanted, signal));
  const ready: Attempt = { ...attempt, begun: withData(begun, files) };
  return conclude(ready, await train(ready, { trainer, backboneFolder, signal }), signal);
}

/** As long as others train in its place, a trial that waits is alive. */
async function whileBeating<T>(onProgress: () => void, work: Promise<T>): Promise<T> {
  const beating = setInterval(onProgress, BEAT_MS);
  try {
    return await work;
  } finally {
    clearInterval(beating);
  }
}

const BEAT_MS = 2_000;

/** What goes on behind is of use to the next trial, or ends with the worker. @throws the signal's reason */
function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason as Error);
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

function withData(begun: Begun, files: DataSource['files']): Begun {
  const { task } = begun.trial;
  return { ...begun, trial: { ...begun.trial, task: { ...task, data: { ...task.data, files } } } };
}

interface TrainOptions {
  trainer: Trainer;
  backboneFolder: string;
  signal: AbortSignal;
}

/** Returns when the trainer is done and all it said is stored. The trainer waits for writes that fall behind. */
async function train(attempt: Attempt, { trainer, backboneFolder, signal }: TrainOptions): Promise<TrainEnd> {
  const { trial, checkpoint, layersToKeep, shrink } = attempt.begun;
  signal.throwIfAborted();
  const rule = new AbortController();
  return trainer.train(
    { trial, backboneFolder, layersToKeep, shrink, ...(checkpoint === null ? {} : { checkpoint: checkpoint.bytes }) },
    {
      signal: AbortSignal.any([signal, rule.signal]),
      onEvent: async (event) => {
        attempt.heartbeat.hear(event);
        // It writes its checkpoint before it stops, so that it can go on from there.
        if (await hear(attempt, event)) rule.abort();
      },
    },
  );
}

/** @returns whether the trial shall stop here */
async function hear(attempt: Attempt, event: TrainEvent): Promise<boolean> {
  const { deps, observe, trialId, begun, patience } = attempt;
  const of = attemptName(attempt);
  const writer = { trialId, attempt: begun.attempt };
  observe({ type: 'trainer-said', of, event });
  const started = performance.now();
  if (event.type === 'ready') {
    await patiently(() => meetTrainer(attempt, event), patience);
    return false;
  }
  const shallStop = await patiently(() => recordEvent(deps.database, writer, event), patience);
  if (event.type !== 'checkpoint') return shallStop;
  const { step, bytes } = event;
  observe({ type: 'checkpoint-saved', of, step, bytes: bytes.byteLength, ms: performance.now() - started });
  return shallStop;
}

type Ready = Extract<TrainEvent, { type: 'ready' }>;

/** Keeps what the attempt's numbers come from. A slower backend is used where there is no other, but never in silence. */
async function meetTrainer({ deps, trialId, begun }: Attempt, { type, ...trainer }: Ready): Promise<void> {
  const { backend, tensorflow } = trainer;
  const provenance = provenanceOf({ trial: begun.trial, program: deps.program, trainer });
  await recordProvenance(deps.database, { trialId, attempt: begun.attempt, provenance });
  if (backend === 'tensorflow') return;
  deps.say(`This worker trains with TensorFlow.js's ${backend} backend (${tensorflow}), slowly.`);
}

async function conclude(attempt: Attempt, answer: TrainEnd, signal: AbortSignal): Promise<AttemptResult> {
  if (answer.type === 'failed') throw trialFailure(answer.error.kind, answer.error.message);
  const { deps, trialId, begun, patience } = attempt;
  const writer = { trialId, attempt: begun.attempt };
  if (answer.type === 'cancelled') {
    if (signal.aborted) throw new CancelledFailure('The trainer stopped.');
    const state = await patiently(() => stopTrial(deps.database, writer), patience);
    return { state: state === 'running' ? 'waiting' : state };
  }
  const { outcome, best } = answer;
  await patiently(async () => {
    if (best !== null) {
      await saveCheckpoint(deps.database, { ...writer, kind: 'best', step: outcome.selectedStep, bytes: best });
    }
    await finishTrial(deps.database, { ...writer, outcome });
    await dropCheckpoint(deps.database, { trialId, kind: 'last' });
  }, patience);
  return { state: 'complete', ...(deps.ownQueue === undefined ? {} : { warmQueue: deps.ownQueue }) };
}

/** A worker that is told to stop gives the trial back; only a person's cancellation ends it. */
function cancellation(context: Context): Error {
  if (isStopping(context)) return trialFailure('worker-stopping', STOPPING);
  const message = reasonOf(context);
  if (message === 'CANCELLED') return new CancelledFailure(message);
  // Timed out, or no longer known to the server: another attempt may have begun.
  return new CancelledFailure(message === '' ? 'CANCELLED' : message);
}

const STOPPING = 'The worker was told to stop.';

function isStopping(context: Context): boolean {
  return reasonOf(context) === 'WORKER_SHUTDOWN';
}

/** Empty while it is not cancelled. */
function reasonOf({ cancellationSignal }: Context): string {
  const reason: unknown = cancellationSignal.reason;
  return reason instanceof Error ? reason.message : '';
}
