import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import type { EncodedExample } from '../../data/encode.ts';
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import { BatchOrder, longestTexts, padRows, toBatch } from '../../training/batches.ts';
import { chunkAddress, chunksOf } from '../../training/chunks.ts';

beforeAll(() => loadTensorflow({ threads: 1, device: 'cpu' }));

const example = (...ids: number[]): EncodedExample => ({ tokenIds: Int32Array.from(ids), maskPosition: 1, label: 1 });

test('a batch is padded to its longest example, real tokens first', () => {
  tf.tidy(() => {
    const batch = toBatch([example(2, 4, 3), example(2, 4, 9, 9, 3)], [100, 200]);
    expect(batch.tokenIds.arraySync()).toEqual([
      [2, 4, 3, 0, 0],
      [2, 4, 9, 9, 3],
    ]);
    expect(batch.texts.map(({ length }) => length)).toEqual([3, 5]);
    expect(batch.maskPosition.arraySync()).toEqual([1, 1]);
    expect(batch.target.arraySync()).toEqual([200, 200]);
    const rows = [Float32Array.of(1, 2), Float32Array.of(3, 4, 5, 6)];
    expect(padRows(rows, 2, 2).arraySync()).toEqual([
      [
        [1, 2],
        [0, 0],
      ],
      [
        [3, 4],
        [5, 6],
      ],
    ]);
  });
});

test('every epoch holds every example once, in an order of its own', () => {
  const order = new BatchOrder(10, 4, 1);
  const seen = [0, 1, 2, 3, 4].flatMap((step) => order.at(step)); // 20 slots: two epochs
  const all = Array.from({ length: 10 }, (_, i) => i);
  expect(seen.slice(0, 10).toSorted((a, b) => a - b)).toEqual(all);
  expect(seen.slice(10).toSorted((a, b) => a - b)).toEqual(all);
  expect(seen.slice(0, 10)).not.toEqual(seen.slice(10));
});

test('the order can be entered at any step, and follows the training seed', () => {
  const steps = [0, 1, 2, 3, 4, 5, 6];
  const whole = new BatchOrder(10, 4, 1);
  const expected = steps.map((step) => whole.at(step));
  for (const step of steps) expect(new BatchOrder(10, 4, 1).at(step)).toEqual(expected[step]);
  expect(new BatchOrder(10, 4, 2).at(0)).not.toEqual(expected[0]);
});

test('a batch larger than the data is still full', () => {
  expect(new BatchOrder(3, 8, 1).at(0)).toHaveLength(8);
});

test.each([
  { size: 8, batchSize: 32, tokens: 4 * (1 + 2 + 3 + 4 + 5 + 6 + 7 + 8) },
  { size: 16, batchSize: 4, tokens: 16 + 15 + 14 + 13 },
  // The end of one epoch and the beginning of the next may be the same texts.
  { size: 9, batchSize: 8, tokens: 2 * (9 + 8 + 7 + 6) },
  { size: 3, batchSize: 8, tokens: 4 * (3 + 2) },
])('no batch of $batchSize of $size texts is longer than the longest', ({ size, batchSize, tokens }) => {
  const examples = Array.from({ length: size }, (_, index) => example(...Array<number>(index + 1).fill(1)));
  expect(longestTexts(examples, batchSize)).toEqual({ count: batchSize, tokens, longest: size });
  const order = new BatchOrder(size, batchSize, 1);
  for (let step = 0; step < 200; step += 1) {
    const found = order.at(step).reduce((sum, index) => sum + examples[index]!.tokenIds.length, 0);
    expect(found).toBeLessThanOrEqual(tokens);
  }
});

test('chunks go by length, and their address by their tokens', () => {
  const examples = [example(1, 2, 3), example(1), example(1, 2), example(3)];
  expect(chunksOf(examples, 2)).toEqual([
    [1, 3],
    [2, 0],
  ]);
  const address = chunkAddress([example(1, 2), example(3)]);
  expect(chunkAddress([example(1, 2), example(3)])).toBe(address);
  expect(chunkAddress([example(1), example(2, 3)])).not.toBe(address);
  expect(chunkAddress([example(3), example(1, 2)])).not.toBe(address);
});
