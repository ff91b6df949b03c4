import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bootstrapInterval, meanInterval, type Interval } from '../../../sweep/statistics/interval.ts';
import { discordant, holm, mcnemar, pairedT, wilcoxon } from '../../../sweep/statistics/paired-tests.ts';
import { midranks } from '../../../sweep/statistics/ranks.ts';

interface Fixture {
  paired: { name: string; differences: number[]; t: number; interval: [number, number]; wilcoxon: number }[];
  five: number[];
  't of five': number;
  bootstrap: { values: number[]; interval: [number, number] }[];
  mcnemar: { onlyFirst: number; onlySecond: number; p: number }[];
  holm: { probabilities: number[]; adjusted: number[] };
  ranks: { values: number[]; midranks: number[] };
}

/** By scripts/fixtures/make_statistics.py. */
const SCIPY = JSON.parse(readFileSync(new URL('../../fixtures/statistics.json', import.meta.url), 'utf8')) as Fixture;

function near(interval: Interval | null, [low, high]: [number, number], digits: number): void {
  expect(interval?.low).toBeCloseTo(low, digits);
  expect(interval?.high).toBeCloseTo(high, digits);
}

describe('statistics are those of SciPy', () => {
  test.each(SCIPY.paired)("paired t, Wilcoxon's test and Student's interval of $name", (expected) => {
    expect(pairedT(expected.differences).p).toBeCloseTo(expected.t, 7);
    expect(wilcoxon(expected.differences).p).toBeCloseTo(expected.wilcoxon, 10);
    near(meanInterval(expected.differences), expected.interval, 8);
  });

  test.each(SCIPY.bootstrap)('the bootstrap of $values.length values, up to the chance of its draws', (expected) => {
    near(bootstrapInterval([expected.values]), expected.interval, 3);
  });

  test.each(SCIPY.mcnemar)("McNemar's exact test of $onlyFirst against $onlySecond", (expected) => {
    expect(mcnemar(expected)).toBeCloseTo(expected.p, 12);
  });

  test("Holm's correction keeps the order that was given, and midranks share places", () => {
    holm(SCIPY.holm.probabilities).forEach((p, index) => expect(p).toBeCloseTo(SCIPY.holm.adjusted[index]!, 12));
    expect(holm([0.02, null, 0.01])).toEqual([0.02, null, 0.02]);
    expect(midranks(SCIPY.ranks.values)).toEqual(SCIPY.ranks.midranks);
  });
});

describe('a test that cannot be made says why', () => {
  test('five pairs cannot reach significance by ranks, but have a t', () => {
    expect(wilcoxon(SCIPY.five)).toEqual({
      p: null,
      why: '5 pairs that differ cannot reach p < 0.05: the least is 0.0625',
    });
    expect(pairedT(SCIPY.five).p).toBeCloseTo(SCIPY['t of five'], 7);
  });

  test('one pair, pairs that all differ alike, and none that differ', () => {
    expect(pairedT([0.1]).why).toContain('one pair');
    expect(pairedT([0.1, 0.3 - 0.2, 0.1]).why).toContain('the same');
    expect(wilcoxon([0, 0]).why).toBe('no pair differs');
    expect(meanInterval([0.5])).toBeNull();
    expect(bootstrapInterval([[0.5], []])).toBeNull();
  });

  test('predictions of other examples are refused', () => {
    expect(discordant([1, 0, 1], [1, 1, 0], [1, 0, 0])).toEqual({ onlyFirst: 1, onlySecond: 1 });
    expect(() => discordant([1], [1, 0], [1, 0])).toThrow(
      'Expected predictions of the same examples, found 1, 2 and 2',
    );
  });
});

test('the bootstrap repeats itself, and draws within each stratum', () => {
  expect(bootstrapInterval([SCIPY.five])).toEqual(bootstrapInterval([SCIPY.five]));
  // Within a task nothing varies: however far the tasks are apart, the mean is known.
  near(
    bootstrapInterval([
      [0.1, 0.1],
      [0.3, 0.3],
    ]),
    [0.2, 0.2],
    12,
  );
});
