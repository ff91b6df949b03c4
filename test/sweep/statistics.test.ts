import { describe, expect, test } from 'vitest';
import { bestOnDev, mean, secondsLeft, standardDeviation } from '../../sweep/statistics.ts';

describe('statistics', () => {
  test('mean and sample standard deviation are those of hand arithmetic', () => {
    // 2, 4, 4, 4, 5, 5, 7, 9: mean 40 / 8 = 5; squares 9+1+1+1+0+0+4+16 = 32; sd √(32 / 7) = 2.13809…
    const values = [2, 4, 4, 4, 5, 5, 7, 9];
    expect(mean(values)).toBe(5);
    expect(standardDeviation(values)).toBeCloseTo(2.138089935299395, 12);
  });

  test('one value has no standard deviation, and none has no mean', () => {
    expect(standardDeviation([0.7])).toBeNull();
    expect(() => mean([])).toThrow(RangeError);
  });

  test('the best is chosen on dev, of equals the one over more seeds', () => {
    const rows = [
      { name: 'a', devMean: 0.7, n: 2 },
      { name: 'b', devMean: 0.8, n: 1 },
      { name: 'c', devMean: 0.8, n: 2 },
      { name: 'd', devMean: 0.8, n: 2 },
    ];
    expect(bestOnDev(rows)?.name).toBe('c');
    expect(bestOnDev([])).toBeNull();
  });

  test('the time left goes by the arithmetic that is left, not by the number of trials', () => {
    // 30 in 6 s is 5 a second; 100 left take 20 s, or 10 s in two lanes.
    const finished = [
      { flops: 10, seconds: 2 },
      { flops: 20, seconds: 4 },
    ];
    expect(secondsLeft(100, finished)).toBe(20);
    expect(secondsLeft(100, finished, 2)).toBe(10);
    expect(secondsLeft(100, [])).toBeNull();
    expect(secondsLeft(0, [])).toBe(0);
  });
});
