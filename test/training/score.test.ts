import { describe, expect, test } from 'vitest';
import { partsOf, scoreOf } from '../../training/score.ts';

// Class 1: two hits, one missed, two false alarms. Four of seven right.
const predicted = { predictions: [1, 1, 1, 1, 0, 0, 0], labels: [1, 1, 0, 0, 1, 0, 0], positive: 1 };

test('accuracy is the share of right predictions', () => {
  expect(scoreOf('accuracy', predicted)).toBeCloseTo(4 / 7, 12);
});

test('F1 is that of the positive label', () => {
  // Precision 2/4, recall 2/3: 2 · (1/2 · 2/3) / (1/2 + 2/3) = 4/7.
  expect(scoreOf('f1', predicted)).toBeCloseTo(4 / 7, 12);
  expect(scoreOf('f1', { predictions: [0, 0], labels: [1, 0], positive: 1 })).toBe(0);
  expect(scoreOf('f1', { predictions: [0, 1], labels: [0, 1], positive: 1 })).toBe(1);
});

test('F1 is that of the first label where that is the positive one, and the Matthews correlation is that of both', () => {
  // Class 0: two hits, two missed, no false alarm: 2 · 2 / (2 · 2 + 2).
  const other = { predictions: [1, 1, 1, 0, 0], labels: [1, 0, 0, 0, 0], positive: 0 };
  expect(scoreOf('f1', other)).toBeCloseTo(4 / 6, 12);
  expect(scoreOf('f1', { ...other, positive: 1 })).toBeCloseTo(2 / 4, 12);
  expect(scoreOf('accuracy-f1', other)).toBeCloseTo((3 / 5 + 4 / 6) / 2, 12);
  expect(partsOf('accuracy-f1', other)).toEqual({ accuracy: 3 / 5, f1: 4 / 6 });
  expect(scoreOf('matthews', other)).toBeCloseTo(scoreOf('matthews', { ...other, positive: 1 }), 12);
});

test('accuracy and F1 together are their mean', () => {
  const lopsided = { predictions: [0, 0, 0, 1], labels: [0, 0, 1, 1], positive: 1 }; // accuracy 3/4, F1 2/3
  expect(scoreOf('accuracy-f1', lopsided)).toBeCloseTo((3 / 4 + 2 / 3) / 2, 12);
});

test('the parts of a mean are told with it, and a metric that stands for itself has none', () => {
  const lopsided = { predictions: [0, 0, 0, 1], labels: [0, 0, 1, 1], positive: 1 };
  expect(partsOf('accuracy-f1', lopsided)).toEqual({ accuracy: 3 / 4, f1: 2 / 3 });
  for (const metric of ['accuracy', 'f1', 'matthews'] as const) expect(partsOf(metric, lopsided)).toBeNull();
});

describe('the Matthews correlation', () => {
  test('is that of hand arithmetic', () => {
    // tp 2, fp 2, fn 1, tn 2: (2·2 − 2·1) / √(4 · 3 · 4 · 3) = 2 / 12.
    expect(scoreOf('matthews', predicted)).toBeCloseTo(1 / 6, 12);
    expect(scoreOf('matthews', { predictions: [0, 1, 0], labels: [0, 1, 0], positive: 1 })).toBe(1);
    expect(scoreOf('matthews', { predictions: [1, 0, 1], labels: [0, 1, 0], positive: 1 })).toBe(-1);
  });

  test('is that of scikit-learn', () => {
    // sklearn.metrics.matthews_corrcoef([1, 1, 1, 0], [1, 0, 1, 1]) in the manual: -0.33…
    expect(scoreOf('matthews', { labels: [1, 1, 1, 0], predictions: [1, 0, 1, 1], positive: 1 })).toBeCloseTo(
      -1 / 3,
      12,
    );
  });

  test('is 0 where one label is always predicted, or is the only one', () => {
    expect(scoreOf('matthews', { predictions: [1, 1, 1], labels: [1, 0, 1], positive: 1 })).toBe(0);
    expect(scoreOf('matthews', { predictions: [1, 0, 1], labels: [1, 1, 1], positive: 1 })).toBe(0);
  });
});
