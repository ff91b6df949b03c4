// One training step of several trials at once: one pass through the layers they share, then each trial's own clipping and AdamW.
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { Backbone } from '../lpt/backbone.ts';
import { jointLosses, totalOf } from '../lpt/joint-losses.ts';
import type { Batch } from '../lpt/batch.ts';
import type { Rider, WalkingTuning } from '../lpt/seats.ts';
import type { TimeUse } from '../sweep/throughput.ts';
import type { Trial } from '../sweep/trial.ts';
import { lossAndGradients } from './gradients.ts';
import type { MetricPoint } from './messages.ts';
import { applyGradients, dropoutSeedAt, namedGradients, pointsOf, type Applied } from './step.ts';
import type { TrainingState } from './training-state.ts';

export interface JointPart {
  state: TrainingState;
  trial: Trial;
  tuning: WalkingTuning;
  batch: Batch;
  /** Called when the step is under way. Must not throw: every trial has moved by then. */
  meanwhile?: () => void;
}

/** What became of one trial's step. */
export type Stepped = { points: MetricPoint[] } | { error: unknown };

type Moved = (Applied & { step: number }) | { error: unknown };

/**
 * Moves every trial one step on; the answers are in their order. A loss or gradient that is not finite, and an update that
 * fails, is its own trial's error. Throws only where nothing has moved; what fails later is an answer, for who has moved must
 * not take the step again.
 * @throws what the shared pass threw
 */
export async function jointStep(backbone: Backbone, parts: readonly JointPart[]): Promise<Stepped[]> {
  const { losses, grads } = gradientsOf(backbone, parts);
  const moved = parts.map((part) => move(part, grads));
  try {
    const values = await fetchMeasured(parts, losses, moved);
    return moved.map((one, index): Stepped => {
      if ('error' in one) return one;
      const { step, learningRate } = one;
      const [loss = Number.NaN, gradientNorm = Number.NaN] = [values[index], values[parts.length + index]];
      return pointsOrError(() => pointsOf(step, { learningRate, loss, gradientNorm }));
    });
  } catch (error) {
    return moved.map((one) => ('error' in one ? one : { error }));
  }
}

function move({ state, trial }: JointPart, grads: Record<string, Tensor>): Moved {
  try {
    const applied = applyGradients(state, namedGradients(state.method, grads), trial);
    return { ...applied, step: state.step };
  } catch (error) {
    return { error };
  }
}

/** Losses, then gradient norms: [2 R]. Frees them, and has the next batches made while they are under way. */
async function fetchMeasured(
  parts: readonly JointPart[],
  losses: Tensor1D,
  moved: readonly Moved[],
): Promise<Float32Array> {
  const own: Tensor[] = [losses];
  try {
    const norms = moved.map((one) => ('error' in one ? tf.scalar(Number.NaN) : one.norm));
    own.push(...norms);
    const measured = tf.tidy(() => tf.concat([losses, tf.stack(norms) as Tensor1D])); // [2 R]
    own.push(measured);
    const fetched = measured.data<'float32'>();
    begin(parts, 'waiting');
    for (const { meanwhile } of parts) meanwhile?.();
    return await fetched;
  } finally {
    tf.dispose(own);
  }
}

function begin(parts: readonly JointPart[], use: TimeUse): void {
  for (const { state } of parts) state.time.begin(use, parts.length);
}

function pointsOrError(points: () => MetricPoint[]): Stepped {
  try {
    return { points: points() };
  } catch (error) {
    return { error };
  }
}

function gradientsOf(backbone: Backbone, parts: readonly JointPart[]) {
  const riders = parts.map(({ state, trial, tuning, batch }): Rider => {
    return { tuning, batch, dropoutSeed: dropoutSeedAt(state.step, trial.trainSeed) };
  });
  const variables = parts.flatMap(({ state }) => state.method.trained.map(({ variable }) => variable));
  const found: Tensor1D[] = [];
  const loss = (): Scalar => {
    const losses = jointLosses({ backbone, riders }); // [R]
    // The gradients' own tidy hands on the sum alone.
    found.push(tf.keep(losses));
    const total = totalOf(losses);
    begin(parts, 'backward');
    return total;
  };
  begin(parts, 'forward');
  try {
    return tf.tidy((): { losses: Tensor1D; grads: Record<string, Tensor> } => {
      const { grads } = lossAndGradients(loss, variables);
      return { losses: found[0] ?? tf.tensor1d([]), grads };
    });
  } catch (error) {
    tf.dispose(found);
    throw error;
  }
}
