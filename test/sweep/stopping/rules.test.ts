import { describe, expect, test } from 'vitest';
import { judge, judgesAt } from '../../../sweep/stopping/judge.ts';
import type { Moment, Standing, Stopping, StoppingRule } from '../../../sweep/stopping/rule.ts';
import { parseStopping } from '../../../sweep/stopping/settings.ts';
import { signedRankP } from '../../../sweep/stopping/wilcoxon.ts';

/** A rule with its usual values. */
function usual(rule: StoppingRule): Stopping {
  const found = parseStopping({ rule });
  if (typeof found === 'string') throw new Error(found);
  return found;
}

function standing(position: number, best: number, changes: Partial<Standing> = {}): Standing {
  return { position, configuration: `c${position}`, dataSeed: 13, trainSeed: 1, best, final: null, ...changes };
}

function moment(own: Standing, peers: Standing[], changes: Partial<Moment> = {}): Moment {
  return { step: 60, steps: 100, evaluateEvery: 10, own, peers, ...changes };
}

const FIVE = [0.5, 0.6, 0.7, 0.8, 0.9].map((best, index) => standing(index + 1, best));

describe('the median rule', () => {
  const median = usual('median');

  test('stops a trial below the median of those with its seeds, and says which and how far', () => {
    // The median of 0.5, 0.6, 0.7, 0.8, 0.9 is 0.7.
    expect(judge(median, moment(standing(0, 0.69), FIVE))).toEqual({
      ...{ rule: 'median', step: 60, score: 0.69, threshold: 0.7, comparedWith: [1, 2, 3, 4, 5] },
      words: 'Its best dev score by step 60 was 69.0, below 70.0, the median of 5 trials with the same seeds.',
    });
    expect(judge(median, moment(standing(0, 0.7), FIVE))).toBeNull();
  });

  test('takes the mean of the two in the middle of an even number', () => {
    // 0.5, 0.6, 0.7, 0.8, 0.9 and 0.9: (0.7 + 0.8) / 2.
    const six = [...FIVE, standing(6, 0.9)];
    expect(judge(median, moment(standing(0, 0.74), six))?.threshold).toBe(0.75);
  });

  test('stops nothing within the grace period, at the last step, or with too few to compare with', () => {
    const worst = standing(0, 0.1);
    expect(judge(median, moment(worst, FIVE, { step: 49 }))).toBeNull();
    expect(judge(median, moment(worst, FIVE, { step: 50 }))).not.toBeNull();
    expect(judge(median, moment(worst, FIVE, { step: 100 }))).toBeNull();
    expect(judge(median, moment(worst, FIVE.slice(1)))).toBeNull();
  });

  test('never holds a trial against other seeds', () => {
    const others = FIVE.map((one) => ({ ...one, dataSeed: 21 }));
    expect(judge(median, moment(standing(0, 0.1), others))).toBeNull();
  });
});

describe('successive halving', () => {
  const asha = usual('asha');

  test('lets one in two go on from the rung at the end of the grace period', () => {
    // With its own there are 6 at the rung, so 3 go on: 0.9, 0.8 and whoever has 0.7 or more.
    const at = { step: 50 };
    expect(judge(asha, moment(standing(0, 0.69), FIVE, at))).toMatchObject({ rule: 'asha', threshold: 0.7, step: 50 });
    expect(judge(asha, moment(standing(0, 0.7), FIVE, at))).toBeNull();
  });

  test('decides once a rung: at the first score on dev at or behind it', () => {
    const worst = standing(0, 0.1);
    // The rungs are 50 and, twice as far, 100, which is the end.
    expect(judge(asha, moment(worst, FIVE, { step: 59, evaluateEvery: 10 }))).not.toBeNull();
    expect(judge(asha, moment(worst, FIVE, { step: 60, evaluateEvery: 10 }))).toBeNull();
    // From a tenth on they are 10, 20, 40 and 80.
    const early = { ...asha, gracePeriod: 0.1 };
    const stopsAt = [10, 20, 30, 40, 50, 60, 70, 80, 90].filter(
      (step) => judge(early, moment(worst, FIVE, { step })) !== null,
    );
    expect(stopsAt).toEqual([10, 20, 40, 80]);
    const judged = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100].filter((step) =>
      judgesAt(early, { step, steps: 100, evaluateEvery: 10 }),
    );
    expect(judged).toEqual([10, 20, 40, 80]);
    // Without one, from the first score on dev.
    const at = { step: 10, steps: 100, evaluateEvery: 10 };
    expect(judge({ ...asha, gracePeriod: 0 }, moment(worst, FIVE, at))).toMatchObject({ rule: 'asha', step: 10 });
  });
});

describe('the paired rule', () => {
  const paired = usual('paired');
  const seeds = [13, 21, 42, 87, 100];
  const configuration = (name: string, scores: number[], { from = 0, final = false } = {}): Standing[] =>
    scores.map((best, index) =>
      standing(from + index, best, { configuration: name, dataSeed: seeds[index]!, final: final ? best + 0.05 : null }),
    );
  const best = configuration('best', [0.8, 0.7, 0.75, 0.85, 0.8], { from: 10, final: true });

  test('stops a configuration that is worse on each of four seeds', () => {
    // All four signs are minus: p = 1 / 2⁴ = 0.0625, below 0.1. Means 0.7 and 0.775.
    const [own, ...others] = configuration('own', [0.7, 0.65, 0.7, 0.75]);
    const reason = judge(paired, moment(own!, [...others, ...best]));
    expect(reason).toMatchObject({ rule: 'paired', p: 0.0625, comparedWith: [10, 11, 12, 13] });
    expect(reason?.score).toBeCloseTo(0.7, 12);
    expect(reason?.threshold).toBeCloseTo(0.775, 12);
  });

  test('lets it go on with three seeds, with one better of four, and without a complete configuration to beat', () => {
    const [own, ...others] = configuration('own', [0.7, 0.65, 0.7, 0.75]);
    expect(judge(paired, moment(own!, [...others.slice(1), ...best]))).toBeNull();
    // Worse by 0.1, 0.05 and 0.05, better by 0.1: with ranks 3.5, 1.5, 1.5 and 3.5 a sum of 3.5 or less is found in the
    // choices {}, {1.5} twice, {1.5, 1.5} is 3, {3.5} twice: 6 of 16.
    const mixed = configuration('own', [0.7, 0.65, 0.7, 0.95]);
    expect(judge(paired, moment(mixed[0]!, [...mixed.slice(1), ...best]))).toBeNull();
    const unfinished = best.map((one) => ({ ...one, final: null }));
    expect(judge(paired, moment(own!, [...others, ...unfinished]))).toBeNull();
  });
});

describe("Wilcoxon's signed-rank test", () => {
  test('is exact, with shared ranks and without zeros', () => {
    // Ranks 1, 2, 3, one of them positive, the smallest: sums of 1 or less are {} and {1}: 2 of 8.
    expect(signedRankP([0.1, -0.2, -0.3])).toBe(0.25);
    // Both share rank 1.5: sums of 1.5 or less are {}, {1.5} and {1.5}: 3 of 4.
    expect(signedRankP([0.5, -0.5])).toBe(0.75);
    expect(signedRankP([0, -1, -2, -3, -4, -5])).toBe(1 / 32);
    expect(signedRankP([0, 0])).toBe(1);
    // Sizes that only binary fractions tell apart are shared ranks: 0.3 and 0.1 + 0.2, as 0.5 and −0.5 above.
    expect(signedRankP([0.1 + 0.2, -0.3])).toBe(0.75);
    expect(signedRankP([0.3, -0.1 - 0.2])).toBe(0.75);
  });
});
