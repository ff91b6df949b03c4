// What a trial's next step is made of: its batch in one piece, made ahead, or in parts where memory ran out before.
import type { Batch } from '../lpt/batch.ts';
import type { BatchAhead } from './batch-ahead.ts';
import { disposeBatch, type BatchOrder } from './batches.ts';
import type { JointPart } from './joint-step.ts';
import type { Run } from './run.ts';
import type { ReadyStep } from './shared-steps.ts';
import { dropoutSeedOf, partsOf, type Part } from './shrink.ts';
import { dropoutSeedAt, trainStep, type BatchPart } from './step.ts';
import type { TrainingState } from './training-state.ts';

export interface Stepping {
  state: TrainingState;
  order: BatchOrder;
  ahead: BatchAhead;
}

export function readyStep(run: Run, { state, order, ahead }: Stepping): ReadyStep {
  const { trial, method, backbone, stepBytes: bytes, shrink } = run;
  const { step } = state;
  const take =
    shrink > 0 ? (part: Part) => batchOf(run, { step, indices: order.at(step), part }) : () => ahead.take(step);
  const meanwhile = shrink > 0 ? undefined : () => ahead.prepare(step + 1);
  const alone = () => trainStep(state, batchParts(run, take), { trial, ...(meanwhile && { meanwhile }) });
  const tuning = method.joint;
  const beat = () => run.pulse.beat('training', step);
  if (tuning === null || meanwhile === undefined) return { together: null, alone, beat };
  const part = (): JointPart => ({ state, trial, tuning, meanwhile, batch: ahead.take(step) });
  return { together: { backbone, bytes, part, done: ({ batch }) => disposeBatch(batch) }, alone, beat };
}

export interface BatchAsked {
  /** Steps finished before. */
  step: number;
  /** Of the step's examples. */
  indices: number[];
  part: Part;
}

/** A part drops what it drops in the whole batch. */
export function batchOf({ trial, inputs: { train } }: Run, { step, indices, part }: BatchAsked): Batch {
  const seed = trial.training.frozenDropout ? dropoutSeedAt(step, trial.trainSeed) : null;
  return train.batch(indices.slice(part.first, part.first + part.count), {
    dropoutSeed: seed === null ? null : dropoutSeedOf(part, seed),
    length: train.longest(indices),
  });
}

/** Each is freed when the next is asked for. */
function* batchParts({ trial, shrink, time }: Run, take: (part: Part) => Batch): Generator<BatchPart> {
  for (const part of partsOf(trial.training.batchSize, shrink)) {
    time.begin('waiting');
    const batch = take(part);
    try {
      yield { ...part, batch };
    } finally {
      disposeBatch(batch);
    }
  }
}
