// Each step of the composed layer against TensorFlow.js's own gradient of the same forward pass in plain operations.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { normals } from '../../lpt/random.ts';
import { attentionStep } from '../../lpt/steps/attention.ts';
import { dropoutStep } from '../../lpt/steps/dropout.ts';
import { addBias, addStep, biasGeluStep, reluStep, tanhStep } from '../../lpt/steps/elementwise.ts';
import { linearStep, productStep } from '../../lpt/steps/linear.ts';
import { addAndNormalizeStep, normalizeStep } from '../../lpt/steps/norm.ts';
import { poolStep, type PoolBy } from '../../lpt/steps/pool.ts';
import { addToColumns, promptStep } from '../../lpt/steps/rearrange.ts';
import { expectClose, expectNoLeak, useTensorflow } from '../support/tensors.ts';

useTensorflow();

function random<R extends tf.Rank>(name: string, shape: tf.ShapeMap[R]): tf.Variable<R> {
  const size = (shape as number[]).reduce((product, length) => product * length, 1);
  return tf.variable<R>(tf.tensor(normals({ seed: 5, name }, size), shape));
}
const rows = (name: string, count: number, width: number) => random<tf.Rank.R2>(name, [count, width]);
const vector = (name: string, width: number) => random<tf.Rank.R1>(name, [width]);

/** Both give the same number and the same gradient in every variable, where the output is weighed at random. */
function expectSame(variables: tf.Variable[], step: () => tf.Tensor, plain: () => tf.Tensor): void {
  const of = (compute: () => tf.Tensor) =>
    tf.variableGrads(() => {
      const output = compute();
      return tf.sum<tf.Scalar>(tf.mul(output, random('weights', output.shape)));
    }, variables);
  const [found, expected] = [of(step), of(plain)];
  expectClose(found.value, expected.value.dataSync<'float32'>(), 1e-5);
  for (const { name } of variables) expectClose(found.grads[name]!, expected.grads[name]!.dataSync<'float32'>(), 1e-5);
}

describe('a step has the gradient of its plain form', () => {
  test('linear maps, in both layouts of the weight', () => {
    const [x, weight, bias] = [rows('x', 5, 4), rows('w', 3, 4), vector('b', 3)];
    const product = () => tf.matMul(x, weight, false, true);
    expectSame([x, weight], () => productStep(x, { weight, bias }), product);
    expectSame(
      [x, weight, bias],
      () => linearStep(x, { weight, bias }),
      () => tf.add(product(), bias),
    );
    const transposedWeight = rows('t', 4, 3);
    expectSame(
      [x, transposedWeight],
      () => productStep(x, { transposedWeight, bias }),
      () => tf.matMul(x, transposedWeight),
    );
  });

  test('what treats every number by itself', () => {
    const [x, y, bias] = [rows('x', 5, 4), rows('y', 5, 4), vector('b', 4)];
    expectSame(
      [x],
      () => reluStep(x),
      () => tf.relu(x),
    );
    expectSame(
      [x],
      () => tanhStep(x),
      () => tf.tanh(x),
    );
    expectSame(
      [x, y],
      () => addStep(x, y),
      () => tf.add(x, y),
    );
    expectSame(
      [x, bias],
      () => addBias(x, bias),
      () => tf.add(x, bias),
    );
    const gelu = (z: tf.Tensor) => tf.mul(z, tf.mul(0.5, tf.add(1, tf.erf(tf.mul(z, Math.SQRT1_2)))));
    expectSame(
      [x, bias],
      () => biasGeluStep(x, bias),
      () => gelu(tf.add(x, bias)),
    );
  });

  test('a LayerNorm in front of a block', () => {
    const [x, gain, shift] = [rows('x', 5, 8), vector('g', 8), vector('s', 8)];
    const plain = () => {
      const { mean, variance } = tf.moments(x, -1, true);
      return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), gain), shift);
    };
    expectSame([x, gain, shift], () => normalizeStep(x, { gain, bias: shift }, 1e-5), plain);
  });

  test('the end of a block', () => {
    const [product, residual] = [rows('p', 5, 8), rows('r', 5, 8)];
    const [bias, gain, shift] = [vector('b', 8), vector('g', 8), vector('s', 8)];
    const plain = () => {
      const { mean, variance } = tf.moments(tf.addN([product, residual, tf.broadcastTo(bias, [5, 8])]), -1, true);
      const centred = tf.sub(tf.addN([product, residual, tf.broadcastTo(bias, [5, 8])]), mean);
      return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), gain), shift);
    };
    const norm = { gain, bias: shift };
    const step = () => addAndNormalizeStep({ product, bias, residual }, norm, 1e-5);
    expectSame([product, residual, bias, gain, shift], step, plain);
  });

  test('what moves numbers', () => {
    const generated = rows('p', 2, 12);
    expectSame(
      [generated],
      () => promptStep(generated, [2, 3, 4]),
      () => tf.reshape(generated, [2, 3, 4]),
    );
    const [wide, narrow] = [rows('wide', 3, 6), rows('narrow', 3, 2)];
    const beside = () => tf.add(wide, tf.concat([tf.zeros([3, 3]), narrow, tf.zeros([3, 1])], 1));
    expectSame([wide, narrow], () => addToColumns(wide, narrow, 3), beside);
  });

  test.each([
    [0, false],
    [0.5, false],
    [0.5, true],
  ])('attention with a prefix in front, at a dropout rate of %d, one row asking: %s', (rate, isOneAsking) => {
    const [batch, heads, paddedLength, prefixed, size] = [2, 3, 5, 2, 4];
    const [width, lengths, queried] = [heads * size, [4, 5], isOneAsking ? 1 : paddedLength];
    const [query, keyValue] = [rows('q', isOneAsking ? 2 : 9, width), rows('kv', 9, 2 * width)];
    const [queryBias, keyValueBias] = [vector('qb', width), vector('kvb', 2 * width)];
    const prefixMask = (part: string) => tf.tensor2d(maskOfRate(rate, [4, width], part), [4, width]); // [B·P, D]
    const masks = rate > 0 ? { key: prefixMask('key'), value: prefixMask('value') } : null;
    const prefix = { key: rows('pk', prefixed, width), value: rows('pv', prefixed, width), masks };
    const attentionBias = tf.tensor4d([0, 0, 0, 0, -1e9, 0, 0, 0, 0, 0], [batch, 1, 1, paddedLength]);
    const shape: [number, number, number, number] = [batch, heads, queried, prefixed + paddedLength];
    const dropout = tf.tensor4d(maskOfRate(rate, shape), shape);
    const split = (x: tf.Tensor, examples: number) =>
      tf.transpose(tf.reshape(x, [examples, x.size / examples / width, heads, size]), [0, 2, 1, 3]);
    const repeated = (before: tf.Tensor) => tf.tile(split(before, 1), [batch, 1, 1, 1]);
    const answering = (own: tf.Tensor, part: 'key' | 'value') =>
      tf.concat([tf.mul(repeated(prefix[part]), masks ? split(masks[part], batch) : 1), split(own, batch)], 2);
    // The first text lacks its last position.
    const padded = (x: tf.Tensor) =>
      tf.concat([tf.slice(x, [0, 0], [4, -1]), tf.zeros([1, x.shape[1]!]), tf.slice(x, [4, 0], [5, -1])]);
    const plain = () => {
      const [key, value] = tf.split(tf.add(padded(keyValue), keyValueBias), 2, 1) as [tf.Tensor, tf.Tensor];
      const asking = tf.add(isOneAsking ? query : padded(query), queryBias);
      const scores = tf.matMul(split(asking, batch), answering(key, 'key'), false, true);
      const bias = tf.concat([tf.zeros([batch, 1, 1, prefixed]), attentionBias], 3);
      const probabilities = tf.softmax(tf.add(tf.mul(scores, 1 / Math.sqrt(size)), bias));
      const context = tf.matMul(tf.mul(probabilities, dropout), answering(value, 'value'));
      const asked = tf.reshape(tf.transpose(context, [0, 2, 1, 3]), [batch * queried, width]);
      return isOneAsking ? asked : tf.gather(asked, [0, 1, 2, 3, 5, 6, 7, 8, 9]);
    };
    const how = { lengths, paddedLength, heads, causal: false, isOneAsking };
    const step = () => attentionStep({ query, queryBias, keyValue, keyValueBias, ...how, prefix, dropout });
    expectSame([query, keyValue, queryBias, keyValueBias, prefix.key, prefix.value], step, plain);
  });
});

function maskOfRate(rate: number, shape: number[], name = 'mask'): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  return normals({ seed: 9, name }, size).map((value) => (rate > 0 && value < 0 ? 0 : 1 / (1 - rate)));
}

describe('adaptive pooling over real positions', () => {
  const hidden = () => tf.tensor3d([1, 5, 2, 9, 7, 100, 3, 8, 4, 100, 100, 100], [2, 6, 1]);
  const lengths = [5, 3];
  // Of 5 to 2: positions 0-2 and 2-4; of 3 to 2: 0-1 and 1-2. The hundreds are padding.
  test.each<[PoolBy, number[]]>([
    ['maximum', [5, 9, 8, 8]],
    ['average', [8 / 3, 6, 5.5, 6]],
  ])('by %s is that of hand arithmetic', (by, expected) => {
    expectClose(poolStep(hidden(), { lengths, bins: 2, by }), expected, 1e-6);
  });

  test.each<PoolBy>(['maximum', 'average'])('by %s repeats positions where there are fewer than bins', (by) => {
    // Of 3 to 6: each position twice.
    const pooled = poolStep(hidden(), { lengths, bins: 6, by });
    expectClose(tf.slice(pooled, [1, 0, 0], [1, 6, 1]), [3, 3, 8, 8, 4, 4], 1e-6);
  });

  test('may have more bins than a function may have arguments', () => {
    const bins = 200_000;
    const pooled = tf.tidy(() =>
      tf.max(poolStep(tf.tensor3d([5, 7], [1, 2, 1]), { lengths: [2], bins, by: 'maximum' })),
    );
    expectClose(pooled, [7], 1e-6);
    pooled.dispose();
  });

  test('has a gradient where every bin is one position', () => {
    const weights = tf.tensor3d([1, 2, 3, 4], [1, 4, 1]);
    for (const by of ['maximum', 'average'] as const) {
      const pooled = (x: tf.Tensor) => tf.mul(poolStep(x as tf.Tensor3D, { lengths: [2], bins: 4, by }), weights);
      // Of 2 to 4: each position twice.
      expectClose(tf.grad(pooled)(tf.tensor3d([5, 7], [1, 2, 1])), [1 + 2, 3 + 4], 1e-6);
    }
  });

  test('gives its gradient to the positions that went in', () => {
    const toHidden = (by: PoolBy) =>
      Array.from(
        tf
          .grad((x) => poolStep(x as tf.Tensor3D, { lengths, bins: 2, by }))(hidden())
          .dataSync(),
      );
    expect(toHidden('maximum')).toEqual([0, 1, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0]);
    // The middle position of the first example is in both bins, as is the second of the second.
    const [third, both] = [1 / 3, 2 / 3];
    expectClose(toHidden('average'), [third, third, both, third, third, 0, 0.5, 1, 0.5, 0, 0, 0], 1e-6);
  });
});

describe('weights that are not trained', () => {
  test('get no gradient, and what it would need is not kept', async () => {
    const [x, weight, bias] = [rows('x', 5, 4), rows('w', 3, 4), vector('b', 3)];
    const frozen = { weight: tf.clone<tf.Tensor2D>(weight), bias: tf.clone<tf.Tensor1D>(bias) };
    const { grads } = tf.variableGrads(() => tf.sum<tf.Scalar>(linearStep(x, frozen)), [x]);
    expect(Object.keys(grads)).toEqual([x.name]);
    await expectNoLeak(() => {
      const { value, grads: again } = tf.variableGrads(() => tf.sum<tf.Scalar>(linearStep(x, frozen)), [x]);
      tf.dispose([value, again]);
    });
  });
});

test('dropout is told by seed and name, and drops nothing without a seed or at a rate of 0', () => {
  const x = rows('x', 20, 20);
  const values = (seed: number | null, name = 'a', rate = 0.5) =>
    Array.from(dropoutStep(x, { seed, name, rate }).dataSync());
  expect(values(1)).toEqual(values(1));
  expect(values(1)).not.toEqual(values(2));
  expect(values(1)).not.toEqual(values(1, 'b'));
  expect(values(null)).toEqual(Array.from(x.dataSync()));
  expect(values(1, 'a', 0)).toEqual(Array.from(x.dataSync()));
});
