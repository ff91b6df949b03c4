// One attempt at a trial: from the last checkpoint to its scores, or to an error whose kind says what to do next.
import { CancelledFailure, Context } from '@temporalio/activity';
import { beginAttempt, recordProvenance, type Begun } from '../db/attempts.ts';
import { dropCheckpoint, saveCheckpoint } from '../db/checkpoints.ts';
import { finishTrial } from '../db/trials.ts';
import { provenanceOf } from '../sweep/provenance.ts';
import type { TrainEnd, Trainer, TrainEvent } from '../training/trainer.ts';
import type { TrialResult } from '../workflows/messages.ts';
import { announce } from './announce.ts';
import type { Dependencies } from './dependencies.ts';
import { toTrialFailure, trialFailure } from './failure.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Observe } from './happening.ts';
import { createBackboneFinder, type FindBackbone } from './local-backbone.ts';
import { attemptName, observed } from './observed-attempt.ts';
import { patiently, type Patience } from './patience.ts';
import { recordEvent } from './record-event.ts';

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
  /** Whether the trial's workflow shows its state as a search attribute. */
  isShown?: boolean;
}

/** Safe to run twice: each run is an attempt of its own, and only the newest can write. */
export function createTrainTrial(deps: Dependencies): (input: TrainTrialInput) => Promise<TrialResult> {
  const findBackbone = createBackboneFinder(deps);
  return async ({ trialId, isShown = false }) => {
    const context = Context.current();
    try {
      return await deps.trainers.use((trainer) =>
        attemptTrial({ deps, trialId, isShown, trainer, findBackbone, context }),
      );
    } catch (error) {
      if (context.cancellationSignal.aborted) throw cancellation(context);
      throw toTrialFailure(error);
    }
  };
}

interface AttemptOptions {
  deps: Dependencies;
  trialId: string;
  isShown: boolean;
  trainer: Trainer;
  findBackbone: FindBackbone;
  context: Context;
}

async function attemptTrial(options: AttemptOptions): Promise<TrialResult> {
  const { deps, trialId, trainer, findBackbone, context } = options;
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
  const workflowRunId = context.info.workflowExecution?.runId ?? '';
  const begun = await patiently(
    () => beginAttempt(deps.database, { trialId, worker: deps.worker, device: deps.device, workflowRunId }),
    patience,
  );
  if (begun.kind === 'settled') return { state: begun.state };
  if (options.isShown) await announce(context);
  const attempt: Attempt = { deps, observe, trialId, begun, heartbeat, patience };
  return observed({ observe, begun, trialId, context }, async () => {
    const backboneFolder = await findBackbone(begun.trial.backbone, () => heartbeat.during('preparing'));
    const answer = await train(attempt, { trainer, backboneFolder, signal: context.cancellationSignal });
    return conclude(attempt, answer);
  });
}

function nobodyLooks(): void {
  // Logs, metrics and traces are the worker's wish.
}

interface TrainOptions {
  trainer: Trainer;
  backboneFolder: string;
  signal: AbortSignal;
}

/** Returns when the trainer is done and all it said is stored. The trainer waits for writes that fall behind. */
async function train(attempt: Attempt, { trainer, backboneFolder, signal }: TrainOptions): Promise<TrainEnd> {
  const { trial, checkpoint, layersToKeep } = attempt.begun;
  const stop = (): void => trainer.cancel();
  signal.throwIfAborted();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await trainer.train(
      { trial, backboneFolder, layersToKeep, ...(checkpoint === null ? {} : { checkpoint: checkpoint.bytes }) },
      {
        onEvent: (event) => {
          attempt.heartbeat.hear(event);
          return hear(attempt, event);
        },
      },
    );
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function hear(attempt: Attempt, event: TrainEvent): Promise<void> {
  const { deps, observe, trialId, begun, patience } = attempt;
  const of = attemptName(attempt);
  const writer = { trialId, attempt: begun.attempt };
  observe({ type: 'trainer-said', of, event });
  const started = performance.now();
  if (event.type === 'ready') return patiently(() => meetTrainer(attempt, event), patience);
  await patiently(() => recordEvent(deps.database, writer, event), patience);
  if (event.type !== 'checkpoint') return;
  const { step, bytes } = event;
  observe({ type: 'checkpoint-saved', of, step, bytes: bytes.byteLength, ms: performance.now() - started });
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

async function conclude(attempt: Attempt, answer: TrainEnd): Promise<TrialResult> {
  if (answer.type === 'failed') throw trialFailure(answer.error.kind, answer.error.message);
  if (answer.type === 'cancelled') throw new CancelledFailure('The trainer stopped.');
  const { deps, trialId, begun, patience } = attempt;
  const { outcome, best } = answer;
  const writer = { trialId, attempt: begun.attempt };
  await patiently(async () => {
    if (best !== null) {
      await saveCheckpoint(deps.database, { ...writer, kind: 'best', step: outcome.selectedStep, bytes: best });
    }
    await finishTrial(deps.database, { ...writer, outcome });
    await dropCheckpoint(deps.database, { trialId, kind: 'last' });
  }, patience);
  return { state: 'complete' };
}

/** A worker that is told to stop gives the trial back; only a person's cancellation ends it. */
function cancellation(context: Context): Error {
  const reason: unknown = context.cancellationSignal.reason;
  const message = reason instanceof Error ? reason.message : '';
  if (message === 'WORKER_SHUTDOWN') return trialFailure('worker-stopping', 'The worker was told to stop.');
  if (message === 'CANCELLED') return new CancelledFailure(message);
  // Timed out, or no longer known to the server: another attempt may have begun.
  return new CancelledFailure(message === '' ? 'CANCELLED' : message);
}
