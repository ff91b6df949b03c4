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

/** For every `stride`-th n up to the last: `run`, in which the n-th kernel throws, leaves no tensor behind. */
export async function expectNoLeakOnFailure(run: () => Promise<unknown>, stride: number): Promise<void> {
  await run();
  let failed = 0;
  for (let [at, isReached] = [1, true]; isReached; at += stride) {
    const before = tf.memory().numTensors;
    isReached = await withFailing(at, run);
    if (isReached) failed += 1;
    expect(tf.memory().numTensors, `kernel ${at} fails`).toBe(before);
  }
  expect(failed).toBeGreaterThan(10);
}

/** @returns whether so many kernels were called */
async function withFailing(at: number, run: () => Promise<unknown>): Promise<boolean> {
  const engine = tf.engine();
  const runKernel = engine.runKernel.bind(engine);
  let calls = 0;
  engine.runKernel = (kernel, ...rest) => {
    // It only makes another name for a tensor: it needs no memory, and does not fail.
    if (kernel !== 'Identity' && ++calls === at) throw new Error('No memory.');
    return runKernel(kernel, ...rest);
  };
  await run()
    .catch(() => undefined)
    .finally(() => (engine.runKernel = runKernel));
  return calls >= at;
}
