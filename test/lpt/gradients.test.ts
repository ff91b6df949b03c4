// Each hand-written backward pass against TensorFlow.js's own gradient of the same forward pass.
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
} from '../../lpt/attention.ts';
import { crossEntropy, crossEntropyInputGradient, crossEntropyWeightGradients } from '../../lpt/cross-entropy.ts';
import { gelu, geluTanhWithSlope, geluWithSlope } from '../../lpt/gelu.ts';
import { plainLayerNorm, layerNormInputGradient, layerNormWeightGradients } from '../../lpt/layer-norm.ts';
import { linear, linearInputGradient, linearWeightGradients, transposedWeightGradients } from '../../lpt/linear.ts';
import { placePosition, selectPosition, selector } from '../../lpt/positions.ts';
import { normals } from '../../lpt/random.ts';
import { expectClose, useTensorflow } from '../support/tensors.ts';

useTensorflow();

function random<R extends tf.Rank>(name: string, shape: tf.ShapeMap[R]): tf.Tensor<R> {
  const size = (shape as number[]).reduce((product, length) => product * length, 1);
  return tf.tensor(normals({ seed: 5, name }, size), shape);
}

const rows = (name: string, count: number, width: number) => random<tf.Rank.R2>(name, [count, width]);
const vector = (name: string, width: number) => random<tf.Rank.R1>(name, [width]);

test('a linear layer, in both layouts of its weight', () => {
  const [x, weight, bias, dy] = [rows('x', 5, 4), rows('w', 3, 4), vector('b', 3), rows('dy', 5, 3)];
  const [dx, dw, db] = tf.grads((a, w, b) => tf.add(tf.matMul(a, w, false, true), b))([x, weight, bias], dy) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const transposed = { transposedWeight: tf.transpose(weight), bias };
  expectClose(linear(x, transposed), linear(x, { weight, bias }).dataSync(), 1e-6);
  expectClose(linearInputGradient(dy, { weight }), dx.dataSync(), 1e-6);
  expectClose(linearInputGradient(dy, transposed), dx.dataSync(), 1e-6);
  expectClose(linearWeightGradients(dy, x).weight, dw.dataSync(), 1e-6);
  expectClose(linearWeightGradients(dy, x).bias, db.dataSync(), 1e-6);
  expectClose(transposedWeightGradients(dy, x).transposedWeight, tf.transpose(dw).dataSync(), 1e-6);
});

test('layer normalisation', () => {
  const [x, gain, bias, dy] = [rows('x', 5, 8), vector('g', 8), vector('b', 8), rows('dy', 5, 8)];
  const automatic = tf.grads(
    (a, g, b) => plainLayerNorm(a as tf.Tensor2D, { gain: g as tf.Tensor1D, bias: b as tf.Tensor1D }, 1e-5).output,
  );
  const [dx, dg, db] = automatic([x, gain, bias], dy) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const forward = plainLayerNorm(x, { gain, bias }, 1e-5);
  expectClose(layerNormInputGradient(dy, { gain, bias }, forward), dx.dataSync(), 1e-5);
  expectClose(layerNormWeightGradients(dy, forward).gain, dg.dataSync(), 1e-5);
  expectClose(layerNormWeightGradients(dy, forward).bias, db.dataSync(), 1e-5);
});

test('gelu', () => {
  const x = tf.reshape<tf.Rank.R2>(tf.linspace(-6, 6, 101), [1, 101]);
  const { output, slope } = geluWithSlope(x);
  expect(output.dataSync()).toEqual(gelu(x).dataSync());
  expectClose(
    slope,
    tf
      .grad((a) => gelu(a as tf.Tensor2D))(x)
      .dataSync(),
    1e-5,
  );
});

test('gelu by the hyperbolic tangent', () => {
  const x = tf.reshape<tf.Rank.R2>(tf.linspace(-6, 6, 101), [1, 101]);
  // 1 · (1 + tanh(√(2/π) · 1.044715)) / 2 = 0.841192, and close to the exact form everywhere.
  expectClose(geluTanhWithSlope(tf.tensor2d([[1]])).output, [0.841192], 1e-6);
  expectClose(geluTanhWithSlope(x).output, gelu(x).dataSync(), 1e-3);
  const automatic = tf.grad((a) => geluTanhWithSlope(a as tf.Tensor2D).output);
  expectClose(geluTanhWithSlope(x).slope, automatic(x).dataSync(), 1e-5);
});

test('a causal bias shuts out what comes later', () => {
  const open = Array.from(causalBias(3).dataSync(), (value) => (value === 0 ? 1 : 0));
  expect(open).toEqual([1, 0, 0, 1, 1, 0, 1, 1, 1]);
});

describe('attention', () => {
  const shape: [number, number, number, number] = [2, 3, 4, 5];
  test('in query, key and value', () => {
    const [query, key, value, dy] = ['q', 'k', 'v', 'dy'].map((name) => random<tf.Rank.R4>(name, shape)) as [
      tf.Tensor4D,
      tf.Tensor4D,
      tf.Tensor4D,
      tf.Tensor4D,
    ];
    const bias = tf.tensor4d([0, 0, 0, -1e9, 0, 0, 0, 0], [2, 1, 1, 4]);
    const automatic = tf.grads((q, k, v) => {
      const scores = tf.add<tf.Tensor4D>(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(5)), bias);
      return tf.matMul(tf.softmax(scores), v);
    });
    const [dq, dk, dv] = automatic([query, key, value], dy) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const { probabilities } = attend({ query, key, value }, bias);
    const found = attendGradients(dy, { query, key, value, probabilities });
    expectClose(found.query, dq.dataSync(), 1e-5);
    expectClose(found.key, dk.dataSync(), 1e-5);
    expectClose(found.value, dv.dataSync(), 1e-5);
  });

  test('splitting into heads and merging are each other’s inverse', () => {
    const [x, keyValue] = [rows('x', 8, 15), rows('kv', 8, 30)];
    expectClose(mergeHeads(splitHeads(x, { batch: 2, heads: 3 })), x.dataSync(), 0);
    const { key, value } = splitKeyValue(keyValue, { batch: 2, heads: 3, bias: tf.zeros([30]) });
    expectClose(mergeKeyValue({ key, value }), keyValue.dataSync(), 0);
    expectClose(value, splitHeads(tf.slice(keyValue, [0, 15], [8, 15]), { batch: 2, heads: 3 }).dataSync(), 0);
  });
});

test('cross-entropy, also where two examples have the same target', () => {
  const [x, weight, bias] = [rows('x', 3, 4), rows('w', 7, 4), vector('b', 7)];
  const target = tf.tensor1d([2, 6, 2], 'int32');
  const automatic = tf.grads((a, w, b) => {
    const logits = tf.add(tf.matMul(a, w, false, true), b);
    return tf.losses.softmaxCrossEntropy(tf.oneHot(target, 7), logits);
  });
  const dy = tf.scalar(1.5);
  const [dx, dw, db] = automatic([x, weight, bias], dy) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const decoder = { weight, bias };
  const { activations } = crossEntropy(x, decoder, { target, weightsToo: true });
  const dl = tf.fill<tf.Rank.R1>([3], 1.5 / 3); // of each example's loss
  expectClose(crossEntropyInputGradient(dl, decoder, activations), dx.dataSync(), 1e-5);
  const found = crossEntropyWeightGradients(dl, decoder, activations);
  expectClose(found.weight, dw.dataSync(), 1e-5);
  expectClose(found.bias, db.dataSync(), 1e-5);
});

test('picking one position an example', () => {
  const [hidden, dy] = [random<tf.Rank.R3>('h', [2, 3, 4]), rows('dy', 2, 4)];
  const selected = selector(tf.tensor1d([2, 0], 'int32'), 3);
  expectClose(selectPosition(hidden, selected), [...picked(hidden, 0, 2), ...picked(hidden, 1, 0)], 0);
  const dx = tf.grad((h) => selectPosition(h as tf.Tensor3D, selected))(hidden, dy);
  expectClose(placePosition(dy, selected), dx.dataSync(), 0);
});

test('picking the only position of each text', () => {
  const hidden = random<tf.Rank.R3>('h', [2, 1, 4]);
  const selected = selector(tf.tensor1d([0, 0], 'int32'), 1);
  expect(selected.shape).toEqual([2, 1, 1]);
  expectClose(selectPosition(hidden, selected), hidden.dataSync(), 0);
});

function picked(hidden: tf.Tensor3D, example: number, position: number): number[] {
  return Array.from(tf.slice(hidden, [example, position, 0], [1, 1, 4]).dataSync());
}
