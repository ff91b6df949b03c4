// Gradients against the change of a loss that they foretell.
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { TrainedVariable } from '../../lpt/trained.ts';

/** Each variable's gradient is the slope of `loss` along it. */
export function expectSlopes(
  trained: readonly TrainedVariable[],
  gradients: ReadonlyMap<string, tf.Tensor>,
  loss: () => number,
): void {
  for (const { name, variable } of trained) {
    const gradient = gradients.get(name)!;
    const slope = slopeAlong(gradient, variable, loss);
    const norm = tf.norm(gradient).dataSync<'float32'>()[0] ?? 0;
    // Where a gradient is next to nothing, the rounding of the loss hides it.
    expect(Math.abs(slope - norm), name).toBeLessThan(0.02 * norm + 2e-3);
  }
}

/**
 * Change of the loss along the gradient's own direction: its length, if it is right. Central differences of two sizes,
 * so that their errors of second order cancel (Richardson).
 */
function slopeAlong(gradient: tf.Tensor, variable: tf.Variable, loss: () => number): number {
  const step = 5e-3;
  const start = tf.clone(variable);
  const direction = tf.div(gradient, tf.add(tf.norm(gradient), 1e-12));
  const at = (distance: number): number => {
    tf.tidy(() => variable.assign(tf.add(start, tf.mul(direction, distance))));
    return loss();
  };
  const difference = (size: number) => (at(size) - at(-size)) / (2 * size);
  const slope = (4 * difference(step) - difference(2 * step)) / 3;
  variable.assign(start);
  tf.dispose([start, direction]);
  return slope;
}
