// The addon's fused kernels against the plain operations that do the same on every other backend.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  attend,
  attendGradients,
  causalBias,
  mergeHeads,
  mergeKeyValue,
  splitHeads,
  splitKeyValue,
  type Heads,
} from '../../lpt/attention.ts';
import { biasGelu, biasGeluTanh, biasGeluTanhWithSlope, biasGeluWithSlope } from '../../lpt/gelu.ts';
import {
  addAndNormalize,
  addAndNormalizeForTraining,
  layerNormForTraining,
  layerNormInputGradient,
} from '../../lpt/layer-norm.ts';
import { normals } from '../../lpt/random.ts';
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import { loadBackbone } from '../../training/backbone.ts';
import { hiddenStates, tinyBatch, tinyFolder } from '../support/fixtures.ts';
import { ownKernels, plainly } from '../support/plainly.ts';
import { expectClose, expectNoLeak } from '../support/tensors.ts';

// Two threads and rows enough for several blocks: the sharing out is tested too.
const { note } = await loadTensorflow({ threads: 2, device: 'cpu' });
const absent = (tf.getKernel('LptBiasGelu', tf.getBackend()) as object | undefined) === undefined;
const reason = absent ? ` (skipped: ${note ?? 'the addon has none'})` : '';

function random<R extends tf.Rank>(name: string, shape: tf.ShapeMap[R]): tf.Tensor<R> {
  const size = (shape as number[]).reduce((product, length) => product * length, 1);
  return tf.tensor(normals({ seed: 7, name }, size), shape);
}
const rows = (name: string, count: number, width: number) => random<tf.Rank.R2>(name, [count, width]);
const vector = (name: string, width: number) => random<tf.Rank.R1>(name, [width]);

function expectSame(compute: () => Record<string, tf.Tensor>, tolerance = 1e-6): void {
  expect(ownKernels().length).toBeGreaterThanOrEqual(13);
  const [fused, plain] = [compute(), plainly(compute)];
  for (const [name, tensor] of Object.entries(plain)) {
    expect(fused[name]!.shape).toEqual(tensor.shape);
    expectClose(fused[name]!, tensor.dataSync(), tolerance);
  }
}

/** One row, one number, odd widths, and enough for the threads. */
const SHAPES: [number, number][] = [
  [1, 1],
  [1, 768],
  [3, 37],
  [130, 771],
];

describe.skipIf(absent)(`fused kernels${reason}`, () => {
  test.each(SHAPES)('bias and gelu of %i rows of %i', (count, width) => {
    const [product, bias] = [rows('x', count, width), vector('b', width)];
    expectSame(() => ({ ...biasGeluWithSlope(product, bias), inferred: biasGelu(product, bias) }));
    // The plain slope itself is 4e-6 away from the right one: it takes a square near 1 from 1.
    expectSame(() => ({ ...biasGeluTanhWithSlope(product, bias) }), 1e-5);
    expectSame(() => ({ inferred: biasGeluTanh(product, bias) }));
  });

  test('gelu and its slope stay right far out, and NaN stays NaN', () => {
    const x = tf.tensor2d([-1e20, -30, -13, -5, -0, 0, 5, 13, 30, 1e20], [1, 10]);
    const { output, slope } = biasGeluWithSlope(x, tf.zeros([10]));
    expect(Array.from(output.dataSync()).slice(-3)).toEqual([13, 30, Math.fround(1e20)]);
    expectClose(tf.slice(output, [0, 0], [1, 4]), [0, 0, 0, -5 * 2.8665157e-7], 1e-2);
    expectClose(slope, [0, 0, 0, 0, 0.5, 0.5, 1, 1, 1, 1], 1e-5);
    expect(biasGelu(tf.tensor2d([[Number.NaN]]), tf.zeros([1])).dataSync()[0]).toBeNaN();
  });

  test('so do gelu by the hyperbolic tangent and its slope', () => {
    const x = tf.tensor2d([-1e20, -30, -13, -5, -0, 0, 5, 13, 30, 1e20], [1, 10]);
    const { output, slope } = biasGeluTanhWithSlope(x, tf.zeros([10]));
    expect(Array.from(output.dataSync()).slice(-3)).toEqual([13, 30, Math.fround(1e20)]);
    expectClose(tf.slice(output, [0, 1], [1, 3]), [0, 0, -2.2918e-7], 1e-2);
    expect(Math.abs(output.dataSync()[0]!)).toBeLessThan(1e-10);
    expectClose(slope, [0, 0, 0, 0, 0.5, 0.5, 1, 1, 1, 1], 1e-5);
    const nothing = biasGeluTanhWithSlope(tf.tensor2d([[Number.NaN]]), tf.zeros([1]));
    expect([nothing.output.dataSync()[0], nothing.slope.dataSync()[0]]).toEqual([Number.NaN, Number.NaN]);
    expect(biasGeluTanh(x, tf.zeros([10])).dataSync()).toEqual(output.dataSync());
  });

  test.each(SHAPES)('the sum at the end of a block and its normalisation, %i rows of %i', (count, width) => {
    const sum = { product: rows('x', count, width), bias: vector('b', width), residual: rows('r', count, width) };
    const weights = { gain: vector('g', width), bias: vector('s', width) };
    const epsilon = width === 1 ? 1 : 1e-12;
    expectSame(() => ({
      ...addAndNormalizeForTraining(sum, weights, epsilon),
      inferred: addAndNormalize(sum, weights, epsilon),
    }));
    expectSame(() => ({ ...layerNormForTraining(sum.product, weights, epsilon) }));
    const forward = addAndNormalizeForTraining(sum, weights, epsilon);
    expectSame(() => ({ gradient: layerNormInputGradient(rows('dy', count, width), weights, forward) }));
  });

  test.each([
    [1, 1, 1, 1],
    [2, 3, 1, 37],
    [4, 12, 37, 37],
    [2, 2, 5, 64],
  ])('attention of %i examples, %i heads, %i × %i', (...[batch, heads, queried, length]) => {
    const part = (name: string, count: number) => random<tf.Rank.R4>(name, [batch, heads, count, 16]);
    // Scores up to about ±30, and padding in all but the first position of the last example.
    const forward: Heads = { query: tf.mul(part('q', queried), 8), key: part('k', length), value: part('v', length) };
    const mask = Array.from({ length: batch * length }, (_, at) => (at > (batch - 1) * length ? -1e9 : 0));
    const bias = tf.tensor4d(mask, [batch, 1, 1, length]);
    expectSame(() => ({ ...attend(forward, bias) }), 3e-6);
    const { probabilities } = attend(forward, bias);
    expectClose(tf.sum(probabilities, -1), new Float32Array(batch * heads * queried).fill(1), 1e-6);
    expectSame(() => ({ ...attendGradients(part('dy', queried), { ...forward, probabilities }) }), 3e-6);
  });

  test('attention whose positions see differently', () => {
    const part = (name: string) => random<tf.Rank.R4>(name, [3, 2, 37, 16]);
    const padding = tf.tensor4d(
      Array.from({ length: 3 * 37 }, (_, at) => (at > 90 ? -1e9 : 0)),
      [3, 1, 1, 37],
    );
    const bias = tf.add<tf.Tensor4D>(padding, causalBias(37)); // [B, 1, Q, T]
    const heads: Heads = { query: tf.mul(part('q'), 8), key: part('k'), value: part('v') };
    expectSame(() => ({ ...attend(heads, bias) }), 3e-6);
  });

  test('what is padded gets no probability, and a row of padding alone still has a softmax', () => {
    const ones = tf.ones<tf.Rank.R4>([2, 1, 1, 4]);
    const heads = { query: ones, key: tf.ones<tf.Rank.R4>([2, 1, 3, 4]), value: tf.ones<tf.Rank.R4>([2, 1, 3, 4]) };
    const bias = tf.tensor4d([0, 0, -1e9, -1e9, -1e9, -1e9], [2, 1, 1, 3]);
    const { probabilities } = attend(heads, bias);
    expectClose(probabilities, [0.5, 0.5, 0, 1 / 3, 1 / 3, 1 / 3], 1e-6);
    expect(probabilities.dataSync()[2]).toBe(0);
  });

  test.each([
    [2, 5, 3, 5],
    [16, 37, 12, 64],
  ])('heads out of rows and back, %i × %i rows of %i heads of %i', (...[batch, length, heads, size]) => {
    const width = heads * size;
    const [x, keyValue] = [rows('x', batch * length, width), rows('kv', batch * length, 2 * width)];
    const counts = { batch, heads };
    expectSame(
      () => ({ split: splitHeads(x, counts), query: splitHeads(x, { ...counts, bias: vector('b', width) }) }),
      0,
    );
    expectSame(() => ({ ...splitKeyValue(keyValue, { ...counts, bias: vector('c', 2 * width) }) }), 0);
    const parts = splitKeyValue(keyValue, { ...counts, bias: tf.zeros([2 * width]) });
    expectSame(() => ({ key: mergeHeads(parts.key), both: mergeKeyValue(parts) }), 0);
    expectClose(mergeKeyValue(parts), keyValue.dataSync(), 0);
  });

  test('the same input gives the same bits every time, and nothing is left behind', async () => {
    const [product, bias] = [rows('x', 300, 771), vector('b', 771)];
    const first = biasGelu(product, bias).dataSync();
    await expectNoLeak(() => {
      const again = biasGelu(product, bias);
      expect(Buffer.from(again.dataSync().buffer).equals(Buffer.from(first.buffer))).toBe(true);
      again.dispose();
    }, 20);
  });

  test('scoring a decoder writes nothing that training alone reads', async () => {
    const backbone = await loadBackbone(tinyFolder('gpt2-tiny'));
    const batch = await tinyBatch(backbone, [], 'gpt2-tiny');
    const { kernelNames } = await tf.profile(() => hiddenStates(backbone, batch, backbone.config.layers));
    expect(kernelNames).toEqual(expect.arrayContaining(['LptAttend', 'LptBiasGeluTanh']));
    expect(kernelNames.filter((name) => /^Lpt(Attend|Bias).*(ForTraining|WithSlope)$/.test(name))).toEqual([]);
    backbone.dispose();
  });

  test('a shape that does not fit is an error that names both', () => {
    expect(() => biasGelu(rows('x', 2, 4), vector('b', 3))).toThrow(
      'Expected input 1 to have the shape [4], found [3].',
    );
    expect(() => splitHeads(rows('x', 5, 4), { batch: 2, heads: 2 })).toThrow('found 5 of 4 numbers');
  });
});
