// Loads TensorFlow for a test file, compares tensors and counts those that are left over.
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect } from 'vitest';
import { loadTensorflow, type TensorflowOptions } from '../../runtime/tensorflow.ts';

/** One thread: the same sums in the same order on every machine. */
export function useTensorflow(options: TensorflowOptions = { threads: 1, device: 'cpu' }): void {
  beforeAll(async () => {
    await loadTensorflow(options);
  });
}

/** The largest difference, as a share of the largest expected number, stays under `tolerance`. */
export function expectClose(
  actual: tf.Tensor | ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = 1e-4,
): void {
  const found = actual instanceof tf.Tensor ? actual.dataSync<'float32'>() : actual;
  expect(found).toHaveLength(expected.length);
  let difference = 0;
  let scale = Number.MIN_VALUE;
  for (let index = 0; index < expected.length; index += 1) {
    difference = Math.max(difference, Math.abs((found[index] ?? Number.NaN) - (expected[index] ?? Number.NaN)));
    scale = Math.max(scale, Math.abs(expected[index] ?? 0));
  }
  expect(difference / scale).toBeLessThanOrEqual(tolerance);
}

/** After a first run, which may make what stays, `times` more leave no tensor behind. */
export async function expectNoLeak(run: () => unknown, times = 100): Promise<void> {
  await run();
  const before = tf.memory().numTensors;
  for (let index = 0; index < times; index += 1) await run();
  expect(tf.memory().numTensors).toBe(before);
}
