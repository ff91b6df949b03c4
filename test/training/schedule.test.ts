import { expect, test } from 'vitest';
import type { TrainingSettings } from '../../sweep/training.ts';
import { learningRateAt } from '../../training/schedule.ts';

const settings = { steps: 10, learningRate: 0.8, warmupFraction: 0.35 } as TrainingSettings;

test('the learning rate rises from zero through the warm-up, then falls to zero', () => {
  // 10 steps, 4 of warm-up (3.5 rounded up): 0/4, 1/4, 2/4, 3/4 of 0.8, then 6/6, 5/6 … 1/6 of it.
  const rates = Array.from({ length: 11 }, (_, step) => learningRateAt(step, settings));
  const expected = [0, 0.2, 0.4, 0.6, 0.8, 4 / 6, 3.2 / 6, 0.4, 1.6 / 6, 0.8 / 6, 0];
  rates.forEach((rate, step) => expect(rate).toBeCloseTo(expected[step]!, 12));
});

test('without warm-up the first step has the whole learning rate', () => {
  expect(learningRateAt(0, { ...settings, warmupFraction: 0 })).toBe(0.8);
});

test('a schedule that is all warm-up ends just below the whole learning rate', () => {
  expect(learningRateAt(9, { ...settings, warmupFraction: 1 })).toBeCloseTo(0.72, 12);
  expect(learningRateAt(10, { ...settings, warmupFraction: 1 })).toBe(0);
});
