// What an attempt does once it has a trainer: it has the trial trained, stores what the trainer says, and ends the trial.
import { CancelledFailure } from '@temporalio/activity';
import { recordProvenance } from '../db/attempts.ts';
import type { Begun } from '../db/begin-attempt.ts';
import { finishTrial, stopTrial } from '../db/trials.ts';
import { provenanceOf } from '../sweep/provenance.ts';
import type { TrainEnd, TrainEvent } from '../training/train-options.ts';
import type { Trainer } from '../training/trainer.ts';
import type { AttemptResult } from '../workflows/messages.ts';
import type { Dependencies } from './dependencies.ts';
import { trialFailure } from './failure.ts';
import { saySettled, type Observe } from './happening.ts';
import type { Heartbeat } from './heartbeat.ts';
import { attemptName } from './observed-attempt.ts';
import { patiently, type Patience } from './patience.ts';
import { recordEvent } from './record-event.ts';

export interface Attempt {
  deps: Dependencies;
  observe: Observe;
  trialId: string;
  begun: Begun;
  heartbeat: Heartbeat;
  patience: Patience;
}

interface TrainOptions {
  trainer: Trainer;
  backboneFolder: string;
  signal: AbortSignal;
}

/** Returns when the trainer is done and all it said is stored. The trainer waits for writes that fall behind. */
export async function train(attempt: Attempt, { trainer, backboneFolder, signal }: TrainOptions): Promise<TrainEnd> {
  const { trial, trialKey, checkpoint, layersToKeep, shrink } = attempt.begun;
  signal.throwIfAborted();
  const rule = new AbortController();
  return trainer.train(
    {
      ...{ trial, trialKey, backboneFolder, layersToKeep, shrink },
      ...(checkpoint === null ? {} : { checkpoint: checkpoint.bytes }),
    },
    {
      signal: AbortSignal.any([signal, rule.signal]),
      onAlive: () => attempt.heartbeat.goOn(),
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

export async function conclude(attempt: Attempt, answer: TrainEnd, signal: AbortSignal): Promise<AttemptResult> {
  if (answer.type === 'failed') throw trialFailure(answer.error.kind, answer.error.message);
  const { deps, observe, trialId, begun, patience } = attempt;
  const writer = { trialId, attempt: begun.attempt };
  if (answer.type === 'cancelled') {
    if (signal.aborted) throw new CancelledFailure('The trainer stopped.');
    const state = await patiently(() => stopTrial(deps.database, writer), patience);
    saySettled(observe, trialId, state);
    return { state: state === 'running' ? 'waiting' : state };
  }
  const { outcome, best } = answer;
  await patiently(() => finishTrial(deps.database, { ...writer, outcome, best }), patience);
  return { state: 'complete', ...(deps.ownQueue === undefined ? {} : { warmQueue: deps.ownQueue }) };
}
