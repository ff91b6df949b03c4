// A trial shrunk for want of memory: the same numbers up to rounding, nothing left behind.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import type { TrainingSettings } from '../../sweep/training.ts';
import { ResidentBackbone } from '../../training/resident-backbone.ts';
import { halved, partsOf } from '../../training/shrink.ts';
import { runHere, type RanHere } from '../support/run-here.ts';
import { npgAtLayer, tinyTrials } from '../support/tiny-trial.ts';

const lora: MethodSettings = { method: 'lora', rank: 2, alpha: 4, targets: ['query', 'value'], dropout: 0.1 };
const prefix: MethodSettings = { method: 'p-tuning-v2', promptLength: 2, reparameterisation: 'none', dropout: 0.1 };
const mppg: MethodSettings = {
  ...{ method: 'lpt', insertionLayer: 2, promptLength: 12, generator: 'mppg', bottleneck: 8, dropout: 0.1 },
};
const CASES: [string, MethodSettings, Partial<TrainingSettings>][] = [
  ['lpt npg', npgAtLayer(2), {}],
  ['lpt mppg, with bins of one position in some parts', mppg, {}],
  ['lora', lora, {}],
  ['p-tuning v2', prefix, {}],
  ['full tuning', { method: 'full-tuning' }, { learningRate: 1e-3 }],
  ['lpt npg with frozenDropout', npgAtLayer(2), { frozenDropout: true }],
  ['lora with frozenDropout', lora, { frozenDropout: true }],
];

/** Loss, gradient norm and learning rate of every step, then loss and score of every evaluation. */
function numbersOf({ points, evaluations }: RanHere): number[] {
  return [...points.map(({ value }) => value), ...evaluations.flatMap(({ loss, score }) => [loss, score])];
}

function largestGap(found: number[], expected: number[]): number {
  expect(found).toHaveLength(expected.length);
  return Math.max(
    ...expected.map((value, i) => Math.abs((found[i] ?? Number.NaN) - value) / Math.max(Math.abs(value), 1e-6)),
  );
}

describe.each(CASES)('%s', (_, method, changes) => {
  // Seven examples go into two or four parts only unevenly.
  const training = { ...changes, batchSize: 7, steps: 10 };

  test('shrunk once, twice or to single examples, ends with the numbers of the whole', async () => {
    const request = await tinyTrials();
    const whole = numbersOf(await runHere(request({ method, training })));
    for (const shrink of [1, 2, 4]) {
      const shrunk = numbersOf(await runHere({ ...request({ method, training }), shrink }));
      expect(largestGap(shrunk, whole)).toBeLessThan(1e-5);
    }
  });

  test('shrunk, leaves no tensors behind', async () => {
    const request = await tinyTrials();
    const resident = new ResidentBackbone(2 ** 26);
    await runHere({ ...request({ method, training: { ...training, steps: 2 } }), shrink: 2 }, { resident });
    const before = tf.memory().numTensors;
    await runHere({ ...request({ method, training: { ...training, steps: 5 } }), shrink: 2 }, { resident });
    expect(tf.memory().numTensors).toBe(before);
    resident.release();
  });
});

test('the parts of a step hold each of its examples once', () => {
  expect(partsOf(7, 0)).toEqual([{ first: 0, count: 7, share: 1 }]);
  expect(partsOf(7, 1)).toEqual([
    { first: 0, count: 3, share: 3 / 7 },
    { first: 3, count: 4, share: 4 / 7 },
  ]);
  expect(partsOf(3, 4).map(({ first, count }) => [first, count])).toEqual([
    [0, 1],
    [1, 1],
    [2, 1],
  ]);
});

test('what is halved never becomes nothing', () => {
  expect([0, 1, 2, 9].map((shrink) => halved(17, shrink))).toEqual([17, 8, 4, 1]);
});
