import { describe, expect, test } from 'vitest';
import { compareNumbers, type TrialNumbers } from '../../sweep/repetition.ts';

const NUMBERS: TrialNumbers = {
  curves: [
    { step: 1, name: 'loss', value: 0.1 + 0.2 },
    { step: 2, name: 'loss', value: 0.25 },
    { step: 1, name: 'gradientNorm', value: 1 },
    { step: 2, name: 'gradientNorm', value: 0.5 },
  ],
  evaluations: [
    { step: 2, split: 'dev', metric: 'accuracy', score: 0.5, loss: 0.7, predictions: null },
    { step: 2, split: 'test', metric: 'accuracy', score: 0.75, loss: 0.6, predictions: [0, 1, 1, 0] },
  ],
  outcome: { devScore: 0.5, testScore: 0.75, selectedStep: 2, steps: 2, trainableParameters: 3 },
  weights: new Uint8Array([1, 2, 3]),
};

const KINDS = ['curves', 'scores', 'predictions', 'trained weights'];
/** 4 points, 2 numbers of dev, 3 of test, 5 of the outcome, the weights. */
const COUNT = 15;

describe('a repeated trial', () => {
  test('with the same numbers in another order is the same', () => {
    const again = { ...NUMBERS, curves: NUMBERS.curves.toReversed(), weights: new Uint8Array([1, 2, 3]) };
    expect(compareNumbers(NUMBERS, again)).toEqual({
      ...{ compared: COUNT, kinds: KINDS, forgotten: [], differences: [] },
    });
  });

  test('that differs in one last bit is not, and the place is named', () => {
    // 0.1 + 0.2 is 0.30000000000000004, one step of a double above 0.3.
    const again = { ...NUMBERS, curves: NUMBERS.curves.with(0, { step: 1, name: 'loss', value: 0.3 }) };
    expect(compareNumbers(NUMBERS, again)).toEqual({
      ...{ compared: COUNT, kinds: KINDS, forgotten: [] },
      differences: [{ what: 'loss', step: 1, original: '0.30000000000000004', repeated: '0.3' }],
    });
  });

  test('differs first where training first did, whatever followed', () => {
    const again: TrialNumbers = {
      curves: NUMBERS.curves.with(3, { step: 2, name: 'gradientNorm', value: 0.6 }),
      evaluations: NUMBERS.evaluations.map((evaluation) => ({ ...evaluation, score: 1 })),
      outcome: { ...NUMBERS.outcome, devScore: 1, testScore: 1 },
      weights: new Uint8Array([1, 2, 4]),
    };
    const { differences } = compareNumbers(NUMBERS, again);
    expect(differences.map(({ what, step }) => `${what} ${step}`)).toEqual([
      'gradientNorm 2',
      'score on dev 2',
      'score on test 2',
      'devScore null',
      'testScore null',
      'trained weights null',
    ]);
  });

  test('that lacks a number, or has another prediction, differs', () => {
    const lacking = { ...NUMBERS, curves: NUMBERS.curves.slice(0, 3), weights: null };
    expect(compareNumbers(NUMBERS, lacking).differences).toMatchObject([
      { what: 'gradientNorm', step: 2, original: '0.5', repeated: null },
      { what: 'trained weights', repeated: null },
    ]);
    const [dev, scored] = NUMBERS.evaluations;
    const other = { ...NUMBERS, evaluations: [dev!, { ...scored!, predictions: [1, 0, 1, 0] }] };
    expect(compareNumbers(NUMBERS, other).differences).toEqual([
      { what: 'predictions on test', step: 2, original: '0 1 1 0', repeated: '1 0 1 0' },
    ]);
  });

  test('is not held against what the original no longer has as a whole, and says what that is', () => {
    const [dev, scored] = NUMBERS.evaluations;
    const evaluations = [dev!, { ...scored!, predictions: null }];
    const pruned: TrialNumbers = { ...NUMBERS, curves: [], evaluations, weights: null };
    // 4 scores and losses, 5 numbers of the outcome.
    expect(compareNumbers(pruned, NUMBERS)).toEqual({
      ...{ compared: 9, kinds: ['scores'], differences: [] },
      forgotten: ['curves', 'predictions', 'trained weights'],
    });
    expect(compareNumbers(pruned, pruned)).toMatchObject({ compared: 9, kinds: ['scores'], forgotten: [] });
    // A curve that lacks a point is not forgotten as a whole.
    const lacking = { ...NUMBERS, curves: NUMBERS.curves.slice(1) };
    expect(compareNumbers(lacking, NUMBERS).differences).toMatchObject([{ what: 'loss', step: 1, original: null }]);
  });

  test('has a minus zero where there was a zero: that is another bit', () => {
    const again = { ...NUMBERS, outcome: { ...NUMBERS.outcome, devScore: -0 } };
    const zero = { ...NUMBERS, outcome: { ...NUMBERS.outcome, devScore: 0 } };
    expect(compareNumbers(zero, again).differences).toMatchObject([{ original: '0', repeated: '-0' }]);
  });
});
