// Random tensors for packed rows, the addon's kernels on them, and loops in double precision that do the same.
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { runFused } from '../../lpt/fused.ts';
import { normals } from '../../lpt/random.ts';
import { expectClose } from './tensors.ts';

export function random<R extends tf.Rank>(name: string, shape: tf.ShapeMap[R]): tf.Tensor<R> {
  const size = (shape as number[]).reduce((product, length) => product * length, 1);
  return tf.tensor(normals({ seed: 5, name }, size), shape, 'float32');
}
export const rows = (name: string, count: number, width: number) => random<tf.Rank.R2>(name, [count, width]);

/** Where sequences of these lengths begin, and the last one ends. */
export function startsOf(lengths: number[]): number[] {
  const starts = [0];
  for (const length of lengths) starts.push(starts.at(-1)! + length);
  return starts;
}

export function fused(
  kernel: string,
  inputs: Record<string, tf.Tensor>,
  attributes?: Record<string, number>,
): tf.Tensor[] {
  return runFused({ kernel, inputs, ...(attributes && { attributes }) })!;
}

/** Σ of the terms at 0 to size - 1. */
export function sum(size: number, term: (at: number) => number): number {
  let total = 0;
  for (let at = 0; at < size; at += 1) total += term(at);
  return total;
}

export function softmax(scores: number[]): number[] {
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - highest));
  const total = sum(powers.length, (at) => powers[at]!);
  return powers.map((power) => power / total);
}

export function expectEach(found: Record<string, tf.Tensor>, wanted: Record<string, ArrayLike<number>>): void {
  for (const [name, numbers] of Object.entries(wanted)) {
    expect(found[name]!.size, name).toBe(numbers.length);
    expectClose(found[name]!, numbers, 1e-5);
  }
}
