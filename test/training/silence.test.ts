import { describe, expect, test } from 'vitest';
import { silenceLeft } from '../../training/silence.ts';

const SECOND = 1_000;

/** In seconds, a trial of which something was heard so long ago, beside others. */
function left(ago: number, { others = [] as number[], longest = undefined as number | undefined } = {}): number {
  const [one, ...rest] = [ago, ...others].map((seconds) => ({ heardAt: (1_000 - seconds) * SECOND }));
  const longestStepMs = longest === undefined ? undefined : longest * SECOND;
  return silenceLeft(one!, { all: [one!, ...rest], longestStepMs, now: 1_000 * SECOND }) / SECOND;
}

describe('a trainer may be silent', () => {
  test('for four times its longest step, but for 20 s at least, and for two minutes before the first', () => {
    expect(left(5, { longest: 31 })).toBe(4 * 31 - 5);
    expect(left(5, { longest: 1 })).toBe(15);
    expect(left(5)).toBe(115);
    expect(left(21, { longest: 1 })).toBeLessThan(0);
  });

  test('about one trial for as long as it moves for others, each of which may have its turn before', () => {
    expect(left(25, { others: [1, 3], longest: 1 })).toBe(19);
    expect(left(61, { others: [1, 3], longest: 1 })).toBeLessThan(0);
  });
});
