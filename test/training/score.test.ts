import { expect, test } from 'vitest';
import { scoreOf } from '../../training/score.ts';

// Class 1: two hits, one missed, two false alarms. Four of seven right.
const predicted = { predictions: [1, 1, 1, 1, 0, 0, 0], labels: [1, 1, 0, 0, 1, 0, 0] };

test('accuracy is the share of right predictions', () => {
  expect(scoreOf('accuracy', predicted)).toBeCloseTo(4 / 7, 12);
});

test('F1 is that of the second label', () => {
  // Precision 2/4, recall 2/3: 2 · (1/2 · 2/3) / (1/2 + 2/3) = 4/7.
  expect(scoreOf('f1', predicted)).toBeCloseTo(4 / 7, 12);
  expect(scoreOf('f1', { predictions: [0, 0], labels: [1, 0] })).toBe(0);
  expect(scoreOf('f1', { predictions: [0, 1], labels: [0, 1] })).toBe(1);
});

test('accuracy and F1 together are their mean', () => {
  const lopsided = { predictions: [0, 0, 0, 1], labels: [0, 0, 1, 1] }; // accuracy 3/4, F1 2/3
  expect(scoreOf('accuracy-f1', lopsided)).toBeCloseTo((3 / 4 + 2 / 3) / 2, 12);
});
