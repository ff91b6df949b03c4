import { describe, expect, test } from 'vitest';
import { rankCorrelation } from '../../../sweep/stopping/rank-correlation.ts';
import { foresight, lossOf, replay, type RanTrial } from '../../../sweep/stopping/replay.ts';
import type { Stopping, StopReason } from '../../../sweep/stopping/rule.ts';
import { parseStopping } from '../../../sweep/stopping/settings.ts';

const MEDIAN: Stopping = { rule: 'median', gracePeriod: 0.5, leastTrials: 2 };

/** 100 steps in 10 s, scored at 50 and 100; one trial after the other. */
function ran(position: number, [early, final]: [number, number], changes: Partial<RanTrial> = {}): RanTrial {
  const points = [
    { step: 50, score: early, at: 10 * position + 5 },
    { step: 100, score: final, at: 10 * position + 10 },
  ];
  return {
    ...{ position, configuration: `c${position}`, dataSeed: 13, trainSeed: 1, group: 'mr', steps: 100 },
    ...{ evaluateEvery: 50, final: Math.max(early, final), seconds: 10, points },
    ...changes,
  };
}

describe('a replay', () => {
  test('stops what the rule would have stopped, and says what that saves', () => {
    // The third has 0.6 against a median of (0.8 + 0.7) / 2; the fourth 0.65 against that of 0.8, 0.7 and 0.6, which is 0.7.
    const trials = [ran(0, [0.8, 0.8]), ran(1, [0.7, 0.7]), ran(2, [0.6, 0.9]), ran(3, [0.65, 0.7])];
    const { stopped, ...saved } = replay(MEDIAN, trials);
    expect(stopped.map(({ trial, reason }) => [trial.position, reason.step, reason.threshold])).toEqual([
      [2, 50, 0.75],
      [3, 50, 0.7],
    ]);
    // Of 400 steps in 40 s the second half of two trials.
    expect(saved).toEqual({ steps: 400, stepsSaved: 100, seconds: 40, secondsSaved: 10 });
    // The third would have been the best: 0.9, and 0.8 is left.
    expect(lossOf(trials, { stopped })).toEqual({ before: 0.9, after: 0.8, winnerStopped: true });
  });

  test('goes by when the scores were written, and knows nothing of what came later', () => {
    const trials = [ran(2, [0.6, 0.6]), ran(3, [0.8, 0.8]), ran(4, [0.7, 0.7])];
    expect(replay(MEDIAN, trials).stopped).toEqual([]);
    const later = [ran(5, [0.8, 0.8]), ran(6, [0.7, 0.7]), ran(4, [0.6, 0.6])];
    expect(replay(MEDIAN, later).stopped).toEqual([]);
  });

  test('says that a rule left nothing whole', () => {
    const trials = [ran(0, [0.8, 0.8])];
    const reason = {
      rule: 'median',
      step: 50,
      score: 0.8,
      threshold: 0.9,
      comparedWith: [],
      words: '',
    } satisfies StopReason;
    const loss = lossOf(trials, { stopped: [{ trial: trials[0]!, reason }] });
    expect(loss).toEqual({ before: 0.8, after: null, winnerStopped: true });
  });
});

describe('how well early ranks predict final ones', () => {
  test("is Spearman's correlation, by hand", () => {
    // Ranks 1, 2, 3 against 1, 3, 2: 1 − 6 · (0 + 1 + 1) / (3 · 8) = 0.5.
    const half = [
      [0.1, 1],
      [0.2, 3],
      [0.3, 2],
    ] as const;
    expect(rankCorrelation(half)).toBeCloseTo(0.5, 12);
    // Ranks 1.5, 1.5, 3 against 1, 2, 3: products 0.5 + 0 + 1 = 1.5 over √(1.5 · 2).
    const tied = [
      [0.1, 1],
      [0.1, 2],
      [0.3, 3],
    ] as const;
    expect(rankCorrelation(tied)).toBeCloseTo(1.5 / Math.sqrt(3), 12);
    expect(rankCorrelation([])).toBeNull();
  });

  test('is taken within each pair of seeds, and averaged over them', () => {
    const seed = (from: number, dataSeed: number, scores: [number, number][]): RanTrial[] =>
      scores.map((pair, index) => ran(from + index, pair, { dataSeed }));
    const same = seed(0, 13, [
      [0.1, 0.4],
      [0.2, 0.5],
      [0.3, 0.6],
    ]);
    const turned = seed(3, 21, [
      [0.1, 0.6],
      [0.2, 0.5],
      [0.3, 0.4],
    ]);
    expect(foresight(same, 0.5)).toBeCloseTo(1, 12);
    expect(foresight([...same, ...turned], 0.5)).toBeCloseTo(0, 12);
    expect(foresight(same.slice(1), 0.5)).toBeNull();
  });
});

test("a rule's settings from the command line are checked as those of a sweep file", () => {
  expect(parseStopping({ rule: 'median' })).toEqual({ rule: 'median', gracePeriod: 0.5, leastTrials: 5 });
  expect(parseStopping({ rule: 'asha', reduction: 1 })).toBe(
    'Expected `reduction` to be a number above 1, at most 100, found 1.',
  );
  expect(parseStopping({ rule: 'median', p: 0.1 })).toMatch(/^Expected a setting of the median rule .* found `p`\.$/);
});
