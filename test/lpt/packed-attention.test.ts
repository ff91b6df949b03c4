// Attention over packed rows, by the addon's kernels, against loops in double precision.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import { answers, attention, expected } from '../support/packed-attention.ts';
import { expectEach, fused, rows } from '../support/packed.ts';
import { expectNoLeak } from '../support/tensors.ts';

// Two threads: the sharing out is tested too.
const { note } = await loadTensorflow({ threads: 2, device: 'cpu' });
const absent = (tf.getKernel('LptAttend', tf.getBackend()) as object | undefined) === undefined;
const reason = absent ? ` (skipped: ${note ?? 'the addon has none'})` : '';

const LENGTHS = [1, 7, 37, 0, 16, 3, 50];

describe.skipIf(absent)(`attention over packed rows${reason}`, () => {
  test.each([
    [1, 1, 0],
    [2, 8, 0],
    [3, 37, 0],
    [12, 64, 0],
    [3, 37, 1],
    [2, 64, 1],
  ])(
    '%i heads of %i, causal %i: probabilities, context and gradients are those of plain loops',
    (heads, size, causal) => {
      const given = attention({ lengths: LENGTHS, heads, size, causal });
      const found = answers(given);
      expectEach(found, expected(given));
      const [context] = fused('LptAttend', given.inputs, given.attributes) as [tf.Tensor];
      expect(context.dataSync()).toEqual(found.context.dataSync());
    },
  );

  test('memory that runs out on any thread is an error of the call, and the next call has its numbers', () => {
    // One sequence has 2^42 scores a head: more bytes than there are addresses.
    const length = 2 ** 22;
    const inputs = {
      ...{ query: tf.zeros([length, 2]), keyValue: tf.zeros([length, 4]) },
      ...{ queryBias: tf.zeros([2]), keyValueBias: tf.zeros([4]), starts: tf.tensor1d([0, length], 'int32') },
    };
    expect(() => fused('LptAttend', inputs, { heads: 2, scale: 1, causal: 0 })).toThrow('bad_alloc');
    tf.dispose(inputs);
    const given = attention({ lengths: LENGTHS, heads: 3, size: 37, causal: 0 });
    expectEach(answers(given), expected(given));
  });

  test('a sequence has the same bits alone and beside others, one of which is no number', () => {
    for (const causal of [0, 1]) {
      const given = attention({ lengths: LENGTHS, heads: 3, size: 37, causal });
      const broken = tf.where(tf.less(tf.range(0, 114), 8), Number.NaN, 0); // in the first two sequences
      const inputs = {
        ...given.inputs,
        keyValue: tf.add<tf.Tensor2D>(given.inputs.keyValue, tf.reshape(broken, [114, 1])),
      };
      const together = answers({ ...given, inputs });
      expect(together.context.dataSync()[0]).toBeNaN();
      const part = (tensor: tf.Tensor2D) => tf.slice(tensor, [8, 0], [37, -1]);
      const alone = answers({
        ...given,
        inputs: {
          ...inputs,
          query: part(inputs.query),
          keyValue: part(inputs.keyValue),
          starts: tf.tensor1d([0, 37], 'int32'),
        },
        gradient: part(given.gradient),
      });
      for (const name of ['context', 'toQuery', 'toKeyValue'] as const) {
        expect(part(together[name]).dataSync(), name).toEqual(alone[name].dataSync());
      }
      expect(together.probabilities.dataSync().slice(3 * 50, 3 * (50 + 37 * 37))).toEqual(
        alone.probabilities.dataSync(),
      );
    }
  });

  test('what comes later in its sequence does not reach a causal position', () => {
    const given = attention({ lengths: [20], heads: 2, size: 16, causal: 1 });
    const [whole] = fused('LptAttend', given.inputs, given.attributes) as [tf.Tensor2D];
    const late = tf.reshape(tf.cast(tf.greaterEqual(tf.range(0, 20), 13), 'float32'), [20, 1]);
    const inputs = { ...given.inputs, keyValue: tf.add(given.inputs.keyValue, late) };
    const [changed] = fused('LptAttend', inputs, given.attributes) as [tf.Tensor2D];
    const part = (tensor: tf.Tensor2D, from: number) => tf.slice(tensor, [from, 0], [1, -1]).dataSync();
    expect(part(changed, 12)).toEqual(part(whole, 12));
    expect(part(changed, 13)).not.toEqual(part(whole, 13));
  });

  test('no rows at all', () => {
    const given = attention({ lengths: [0, 0], heads: 2, size: 4, causal: 0 });
    expect(answers(given).toKeyValue.shape).toEqual([0, 16]);
  });

  test('nothing is left behind', async () => {
    const given = attention({ lengths: [5, 9], heads: 2, size: 8, causal: 0 });
    await expectNoLeak(() => tf.dispose(answers(given)), 10);
  });

  test.each([
    [[1, 12], 'begin with 0, found 1 at 0'],
    [[0, 5, 4, 12], 'rise, found 4 at 2'],
    [[0, 5, 11], 'end with the number of rows, 12, found 11 at 2'],
    [[], 'begin with 0, found nothing at 0'],
  ])('starts %j are an error', (starts, message) => {
    const { inputs, attributes } = attention({ lengths: [12], heads: 2, size: 4, causal: 0 });
    const wrong = { ...inputs, starts: tf.tensor1d(starts, 'int32') };
    expect(() => fused('LptAttend', wrong, attributes)).toThrow(
      `Expected the starts of sequences, input 4, to ${message}.`,
    );
  });

  test('a shape or a type that does not fit is an error that names it', () => {
    const { inputs, attributes } = attention({ lengths: [12], heads: 2, size: 4, causal: 0 });
    const attend = (wrong: Record<string, tf.Tensor>, heads = 2) =>
      fused('LptAttend', { ...inputs, ...wrong }, { ...attributes, heads });
    expect(() => attend({ keyValue: rows('x', 12, 8) })).toThrow(
      'Expected input 1 to have the shape [12, 16], found [12, 8].',
    );
    expect(() => attend({ queryBias: tf.zeros([7]) })).toThrow('Expected input 2 to have the shape [8], found [7].');
    expect(() => attend({}, 3)).toThrow('Expected rows for 3 heads, found rows of 8 numbers.');
    expect(() => attend({ starts: tf.tensor1d([0, 12], 'float32') })).toThrow('int32');
  });
});
