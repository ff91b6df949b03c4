import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { allowsTensorFloat32 } from '../../runtime/environment.mjs';
import { PROJECT } from '../../runtime/project.ts';
import { loadTensorflow } from '../../runtime/tensorflow.ts';

const NATIVE = join(PROJECT, 'node_modules', '@tensorflow', 'tfjs-node-gpu', 'lib', 'napi-v8', 'tfjs_binding.node');

function gradientOfSquares(): number[] {
  const gradient = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(x, x)))(tf.tensor1d([1, 2, 3]));
  return Array.from(gradient.dataSync());
}

test('the WebAssembly backend is used where it must be, and says so', async () => {
  const loaded = await loadTensorflow({ prefer: 'wasm' });
  expect(loaded).toMatchObject({ backend: 'wasm', device: 'cpu', note: 'WebAssembly was asked for.' });
  expect(tf.getBackend()).toBe('wasm');
  expect(gradientOfSquares()).toEqual([2, 4, 6]);
});

test("NVIDIA's libraries are told not to round to TF32", async () => {
  expect(allowsTensorFloat32({})).toBe(true);
  await loadTensorflow({ prefer: 'wasm' });
  expect(allowsTensorFloat32()).toBe(false);
});

test('the native backend computes where set-up has brought it', async ({ skip }) => {
  if (!existsSync(NATIVE)) skip('native TensorFlow is not installed');
  const loaded = await loadTensorflow({ threads: 2 });
  expect(loaded.backend).toBe('tensorflow');
  expect(loaded.note).toBeUndefined();
  expect(tf.getBackend()).toBe('tensorflow');
  expect(gradientOfSquares()).toEqual([2, 4, 6]);
});
