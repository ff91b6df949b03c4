// The cross-entropy over a vocabulary in one pass, against the two products that do the same on every other backend.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { crossEntropy, crossEntropyInputGradient } from '../../lpt/cross-entropy.ts';
import { normals } from '../../lpt/random.ts';
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import { plainly } from '../support/plainly.ts';
import { expectClose, expectNoLeak } from '../support/tensors.ts';

// Two threads: the sharing out is tested too.
await loadTensorflow({ threads: 2, device: 'cpu' });
const kernel = tf.getKernel('LptExpectedWord', tf.getBackend()) as tf.KernelConfig | undefined;
const reason = kernel === undefined ? ' (skipped: this processor has neither AVX-512 nor AVX2 with FMA)' : '';

/** [rows, words, width]: fewer words than parts, odd ones, more words than one block, and more rows than one chunk. */
const SHAPES: [number, number, number][] = [
  [1, 5, 64],
  [3, 31, 64],
  [16, 3001, 128],
  [31, 1700, 192],
  [70, 900, 64],
];

function problem([count, words, width]: [number, number, number], size = 1) {
  const random = (name: string, length: number) =>
    normals({ seed: 3, name }, length).map((value) => Math.fround(value * size));
  return {
    rows: tf.tensor2d(random('rows', count * width), [count, width]),
    decoder: {
      weight: tf.tensor2d(random('words', words * width), [words, width]),
      bias: tf.tensor1d(random('bias', words)),
    },
    target: tf.tensor1d(
      Array.from({ length: count }, (_, row) => (row * 7) % words),
      'int32',
    ),
  };
}

type Problem = ReturnType<typeof problem>;

function lossAndGradient({ rows, decoder, target }: Problem): { loss: tf.Scalar; gradient: tf.Tensor2D } {
  const { losses, activations } = crossEntropy(rows, decoder, { target, weightsToo: false });
  const each = tf.fill<tf.Rank.R1>([target.size], 1 / target.size);
  return { loss: tf.mean(losses), gradient: crossEntropyInputGradient(each, decoder, activations) };
}

describe.skipIf(kernel === undefined)(`the vocabulary in one pass${reason}`, () => {
  test.each(SHAPES)('%i rows, %i words, %i wide: the loss and the gradient of two products', (...shape) => {
    const given = problem(shape, 0.3);
    const [fused, plain] = [lossAndGradient(given), plainly(() => lossAndGradient(given))];
    expectClose(fused.loss, plain.loss.dataSync(), 1e-5);
    expectClose(fused.gradient, plain.gradient.dataSync(), 1e-5);
  });

  test('scores far beyond the range of an exponential do not overflow', () => {
    const given = problem([4, 500, 64], 5);
    const [fused, plain] = [lossAndGradient(given), plainly(() => lossAndGradient(given))];
    expect(plain.loss.dataSync()[0]).toBeGreaterThan(100);
    expectClose(fused.loss, plain.loss.dataSync(), 1e-5);
    expectClose(fused.gradient, plain.gradient.dataSync(), 1e-4);
  });

  test('a row’s bits do not depend on the rows beside it', () => {
    const given = problem([9, 700, 64]);
    const alone = (row: number) => {
      const rows = tf.slice(given.rows, [row, 0], [1, -1]);
      const { activations } = crossEntropy(rows, given.decoder, {
        target: tf.tensor1d([0], 'int32'),
        weightsToo: false,
      });
      return [...activations.expected.dataSync()];
    };
    const { activations } = crossEntropy(given.rows, given.decoder, { target: given.target, weightsToo: false });
    const together = activations.expected.arraySync();
    for (const row of [0, 4, 8]) expect(alone(row)).toEqual(together[row]);
  });

  test('a score that is not a number makes a loss that is none', () => {
    const given = problem([2, 40, 64]);
    const rows = tf.mul<tf.Tensor2D>(given.rows, Number.NaN);
    expect(lossAndGradient({ ...given, rows }).loss.dataSync()[0]).toBeNaN();
  });

  test('nothing is left behind', async () => {
    const given = problem([2, 40, 64]);
    await expectNoLeak(() => tf.dispose(tf.tidy(() => lossAndGradient(given))), 10);
  });
});
