// What a trial's next step is made of: its batch in one piece, made ahead, or in parts where memory ran out before.
import type { Batch } from '../lpt/method.ts';
import type { BatchAhead } from './batch-ahead.ts';
import { disposeBatch, type BatchOrder } from './batches.ts';
import type { JointPart } from './joint-step.ts';
import type { ReadyStep } from './shared-steps.ts';
import { dropoutSeedOf, partsOf } from './shrink.ts';
import { dropoutSeedAt, trainStep, type BatchPart } from './step.ts';
import type { Run } from './train.ts';
import type { TrainingState } from './training-state.ts';

export interface Stepping {
  state: TrainingState;
  order: BatchOrder;
  ahead: BatchAhead;
}

export function readyStep(run: Run, { state, order, ahead }: Stepping): ReadyStep {
  const { trial, method, backbone, stepBytes: bytes, shrink } = run;
  const { step } = state;
  if (shrink > 0) {
    return { together: null, alone: () => trainStep(state, batchParts(run, step, order.at(step)), { trial }) };
  }
  const meanwhile = () => ahead.prepare(step + 1);
  const alone = () =>
    trainStep(
      state,
      wholePart(run, () => ahead.take(step)),
      { trial, meanwhile },
    );
  const tuning = method.joint;
  if (tuning === null) return { together: null, alone };
  const part = (): JointPart => ({ state, trial, tuning, meanwhile, batch: ahead.take(step) });
  return { together: { backbone, bytes, part, done: ({ batch }) => disposeBatch(batch) }, alone };
}

export function wholeBatch({ trial, inputs }: Run, step: number, indices: number[]): Batch {
  const dropoutSeed = trial.training.frozenDropout ? dropoutSeedAt(step, trial.trainSeed) : null;
  return inputs.train.batch(indices, { dropoutSeed });
}

/** Freed when the step has its gradients. */
function* wholePart({ time, trial }: Run, take: () => Batch): Generator<BatchPart> {
  time.begin('waiting');
  const batch = take();
  try {
    yield { first: 0, count: trial.training.batchSize, share: 1, batch };
  } finally {
    disposeBatch(batch);
  }
}

/** Each is freed when the next is asked for. */
function* batchParts({ trial, inputs, shrink, time }: Run, step: number, indices: number[]): Generator<BatchPart> {
  const length = inputs.train.longest(indices);
  const seed = trial.training.frozenDropout ? dropoutSeedAt(step, trial.trainSeed) : null;
  for (const part of partsOf(indices.length, shrink)) {
    time.begin('waiting');
    const members = indices.slice(part.first, part.first + part.count);
    const dropoutSeed = seed === null ? null : dropoutSeedOf(part, seed);
    const batch = inputs.train.batch(members, { dropoutSeed, length });
    try {
      yield { ...part, batch };
    } finally {
      disposeBatch(batch);
    }
  }
}
