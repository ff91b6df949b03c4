// One training step: gradients of a batch, clipped, applied by AdamW.
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { Trial } from '../sweep/trial.ts';
import { randomWord, STREAMS } from '../data/random.ts';
import type { Batch } from '../lpt/batch.ts';
import type { Method } from '../lpt/method.ts';
import type { DropoutSeed } from '../lpt/random.ts';
import { DivergedError } from './diverged.ts';
import { lossAndGradients } from './gradients.ts';
import type { MetricPoint } from './messages.ts';
import { learningRateAt } from './schedule.ts';
import { dropoutSeedOf, type Part } from './shrink.ts';
import type { TrainingState } from './training-state.ts';

/** What is computed at once. */
export interface BatchPart extends Part {
  batch: Batch;
}

export interface Gradients {
  loss: Scalar;
  /** By the variable's name. */
  gradients: Record<string, Tensor>;
}

/**
 * Moves `state` one step on. The parts are asked for one after the other, and none is read after the next. Loss and gradient norm are fetched once, together, after the update is
 * under way; `meanwhile` is called when that has been asked for.
 * @throws DivergedError where one of them is not finite
 */
export async function trainStep(
  state: TrainingState,
  parts: Iterable<BatchPart>,
  { trial, meanwhile }: { trial: Trial; meanwhile?: () => void },
): Promise<MetricPoint[]> {
  const found = sumOverParts(state, parts, dropoutSeedAt(state.step, trial.trainSeed));
  const own: Tensor[] = [found.loss];
  try {
    const { learningRate, norm } = applyGradients(state, found.gradients, trial);
    own.push(norm);
    const measured = tf.stack([found.loss, norm]); // [2]
    own.push(measured);
    const fetched = measured.data<'float32'>();
    state.time.begin('waiting');
    meanwhile?.();
    const [loss = Number.NaN, gradientNorm = Number.NaN] = await fetched;
    return pointsOf(state.step, { learningRate, loss, gradientNorm });
  } finally {
    tf.dispose(own);
  }
}

export interface Applied {
  learningRate: number;
  /** Of the gradients as one vector, before it was clipped. */
  norm: Scalar;
}

/** Moves `state` one step on by its gradients, which it frees however that ends. */
export function applyGradients(
  state: TrainingState,
  gradients: Gradients['gradients'],
  { training }: Pick<Trial, 'training'>,
): Applied {
  const learningRate = learningRateAt(state.step, training);
  const { clipNorm } = training;
  try {
    const norm = state.optimizer.apply({ gradients, clipNorm, learningRate, step: state.step + 1 });
    state.step++;
    return { learningRate, norm };
  } finally {
    tf.dispose(gradients);
  }
}

export interface Measured {
  learningRate: number;
  loss: number;
  gradientNorm: number;
}

/** @throws DivergedError where one of them is not finite */
export function pointsOf(step: number, { learningRate, loss, gradientNorm }: Measured): MetricPoint[] {
  if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) throw DivergedError.inStep(step, loss, gradientNorm);
  return [
    { step, name: 'loss', value: loss },
    { step, name: 'gradientNorm', value: gradientNorm },
    { step, name: 'learningRate', value: learningRate },
  ];
}

/** The gradients of a mean are the means of the parts, each with its share. */
function sumOverParts(state: TrainingState, parts: Iterable<BatchPart>, dropoutSeed: number): Gradients {
  return tf.tidy(() => {
    let sum: Gradients | undefined;
    for (const { batch, ...part } of parts) {
      const found = gradientsOf(state, batch, dropoutSeedOf(part, dropoutSeed));
      sum = part.share === 1 ? found : addShare(sum, found, part.share);
    }
    if (sum === undefined) throw new RangeError('Expected a step of one part or more, found none.');
    return { ...sum };
  });
}

/** Frees both, one variable after the other: the gradients of full tuning are as large as its weights. */
function addShare(sum: Gradients | undefined, found: Gradients, share: number): Gradients {
  const add = <T extends Tensor>(to: T | undefined, one: T): T => {
    const added = tf.tidy(() => (to === undefined ? tf.mul<T>(one, share) : tf.add<T>(to, tf.mul<T>(one, share))));
    tf.dispose([one, ...(to === undefined ? [] : [to])]);
    return added;
  };
  return {
    loss: add(sum?.loss, found.loss),
    gradients: Object.fromEntries(
      Object.entries(found.gradients).map(([name, gradient]) => [name, add(sum?.gradients[name], gradient)]),
    ),
  };
}

function gradientsOf({ method, time }: TrainingState, batch: Batch, dropoutSeed: DropoutSeed): Gradients {
  const variables = method.trained.map(({ variable }) => variable);
  time.begin('forward');
  const { loss, grads } = lossAndGradients(() => {
    const found = method.loss(batch, dropoutSeed);
    time.begin('backward');
    return found;
  }, variables);
  return { loss, gradients: namedGradients(method, grads) };
}

/** @param grads by TensorFlow.js's own names of the variables */
export function namedGradients({ trained }: Method, grads: Record<string, Tensor>): Record<string, Tensor> {
  const named = trained.flatMap(({ name, variable }) => {
    const gradient = grads[variable.name];
    return gradient ? [[name, gradient] as const] : [];
  });
  return Object.fromEntries(named);
}

/** Told by seed and step alone, so a resumed trial drops what an uninterrupted one drops. Fits TensorFlow's int32. */
export function dropoutSeedAt(step: number, trainSeed: number): number {
  return randomWord({ seed: trainSeed, stream: STREAMS.dropout }, step) >>> 1;
}
