import { describe, expect, test } from 'vitest';
import type { Example } from '../../data/example.ts';
import { allocate, drawSplits, splitOnlyFile } from '../../data/few-shot.ts';
import type { Regime } from '../../sweep/regime.ts';
import { regimeProblems } from '../../sweep/validity.ts';
import { FACTS } from '../support/trials.ts';

const SEEDS = [13, 21, 42, 87, 100];
const LABELS = ['0', '0', '0', '1', '1', '2']; // half, a third, a sixth

const sixSixTwo = (i: number) => (i % 14 < 6 ? '0' : i % 14 < 12 ? '1' : '2');

const examples = (count: number, prefix = 'train'): Example[] =>
  Array.from({ length: count }, (_, i) => ({ fields: { sentence: `${prefix} ${i}` }, label: LABELS[i % 6]! }));
/** What data seed 13 has always drawn: a change here makes earlier results incomparable. */
const PINNED = {
  train: [30, 81, 107, 232, 239, 279, 325, 326, 334, 482, 517, 566],
  dev: [106, 122, 179, 206, 268, 414],
};
const pool = { train: examples(600), test: examples(120, 'test') };
const indices = (drawn: Example[]) => drawn.map(({ fields }) => Number(fields['sentence']!.split(' ')[1]));
const fewShot = (k: number, devSize = 60) => ({ kind: 'few-shot', k, devSize, testSize: null }) as const;
const countOf = (drawn: Example[], label: string) => drawn.filter((example) => example.label === label).length;

describe('few-shot draws', () => {
  test('a data seed draws the same examples on every machine and in every version', () => {
    const drawn = drawSplits(pool, fewShot(12, 6), 13);
    expect(indices(drawn.train)).toEqual(PINNED.train);
    expect(indices(drawn.dev)).toEqual(PINNED.dev);
  });

  test('k is the total, shared among the classes as the data has them', () => {
    for (const seed of SEEDS) {
      const { train, dev } = drawSplits(pool, fewShot(30), seed);
      expect(['0', '1', '2'].map((label) => countOf(train, label))).toEqual([15, 10, 5]);
      expect(['0', '1', '2'].map((label) => countOf(dev, label))).toEqual([30, 20, 10]);
    }
  });

  test('every class has an example, however rare it is', () => {
    const rare = { ...pool, train: [...examples(600), { fields: { sentence: 'train 600' }, label: 'rare' }] };
    expect(countOf(drawSplits(rare, fewShot(8), 13).train, 'rare')).toBe(1);
  });

  test('training and dev examples never meet', () => {
    for (const seed of SEEDS) {
      for (const k of [3, 64, 540]) {
        const { train, dev } = drawSplits(pool, fewShot(k), seed);
        expect(train).toHaveLength(k);
        expect(dev).toHaveLength(60);
        expect(new Set([...indices(train), ...indices(dev)]).size).toBe(k + 60);
      }
    }
  });

  test('data seeds draw different examples', () => {
    const draws = SEEDS.map((seed) => indices(drawSplits(pool, fewShot(30), seed).train).join());
    expect(new Set(draws).size).toBe(SEEDS.length);
  });

  test('within a class a larger k contains the smaller one, though a class may have an example less', () => {
    const uneven = {
      ...pool,
      train: Array.from({ length: 140 }, (_, i) => ({ ...examples(140)[i]!, label: sixSixTwo(i) })),
    };
    const [small, large] = [10, 11].map((k) => drawSplits(uneven, fewShot(k, 14), 42).train);
    const sizes = [small, large].map((drawn) => ['0', '1', '2'].map((label) => countOf(drawn!, label)));
    expect(sizes).toEqual([
      [4, 4, 2],
      [5, 5, 1],
    ]);
    for (const label of ['0', '1', '2']) {
      const [less, more] = [small, large]
        .map((drawn) => indices(drawn!.filter((example) => example.label === label)))
        .sort((a, b) => a.length - b.length);
      expect(more).toEqual(expect.arrayContaining(less!));
    }
  });

  test('a k with as many or more of every class keeps the examples of the smaller one, and dev', () => {
    const small = drawSplits(pool, fewShot(30), 42);
    const large = drawSplits(pool, fewShot(60), 42);
    expect(indices(large.train)).toEqual(expect.arrayContaining(indices(small.train)));
    expect(large.dev).toEqual(small.dev);
  });

  test('the whole data is training but for dev', () => {
    const { train, dev } = drawSplits(pool, { kind: 'full', devSize: 60, testSize: null }, 13);
    expect(train).toHaveLength(540);
    expect(new Set([...indices(train), ...indices(dev)]).size).toBe(600);
  });

  test('test examples are the same for every data seed', () => {
    const regime = { kind: 'few-shot', k: 30, devSize: 60, testSize: 24 } as const;
    const [first, ...others] = SEEDS.map((seed) => drawSplits(pool, regime, seed).test);
    expect(first).toHaveLength(24);
    expect(['0', '1', '2'].map((label) => countOf(first!, label))).toEqual([12, 8, 4]);
    for (const other of others) expect(other).toEqual(first);
  });

  test('a data set of one file is cut into training and test, the same way every time', () => {
    const { train, test: heldOut } = splitOnlyFile(pool.train);
    expect(heldOut).toHaveLength(120);
    expect(new Set([...indices(train), ...indices(heldOut)]).size).toBe(600);
    expect(splitOnlyFile(pool.train).test).toEqual(heldOut);
  });
});

describe('draws of K per class', () => {
  const perClass = (k: number, devSize: number | null = null) =>
    ({ kind: 'per-class', k, devSize, testSize: null }) as const;
  const counts = (drawn: Example[]) => ['0', '1', '2'].map((label) => countOf(drawn, label));

  test('have K of every class for training and K more for dev, however the data has its classes', () => {
    for (const seed of SEEDS) {
      const { train, dev } = drawSplits(pool, perClass(16), seed);
      expect([counts(train), counts(dev)]).toEqual([
        [16, 16, 16],
        [16, 16, 16],
      ]);
      expect(new Set([...indices(train), ...indices(dev)]).size).toBe(96);
    }
  });

  test('take a dev of their own size, drawn as the data has its classes', () => {
    const { train, dev } = drawSplits(pool, perClass(16, 60), 13);
    expect([counts(train), counts(dev)]).toEqual([
      [16, 16, 16],
      [30, 20, 10],
    ]);
  });

  test('contain those of a smaller K', () => {
    const small = drawSplits(pool, perClass(8), 42);
    const large = drawSplits(pool, perClass(50), 42);
    expect(indices(large.train)).toEqual(expect.arrayContaining(indices(small.train)));
    expect(indices(large.dev)).toEqual(expect.arrayContaining(indices(small.dev)));
  });

  test('depend on the data seed alone', () => {
    expect(drawSplits(pool, perClass(16), 13)).toEqual(drawSplits(pool, perClass(16), 13));
    const draws = SEEDS.map((seed) => indices(drawSplits(pool, perClass(16), seed).train).join());
    expect(new Set(draws).size).toBe(SEEDS.length);
  });

  test('larger than a class are refused, with the class and its size', () => {
    // 100 examples of label 2.
    expect(() => drawSplits(pool, perClass(51), 13)).toThrow(
      'Expected 2 × 51 training examples (half of them for dev) of every class, found 100 of label "2".',
    );
    expect(() => drawSplits(pool, perClass(101, 5), 13)).toThrow(
      'Expected 101 training examples of every class, found 100 of label "2".',
    );
    expect(() => drawSplits(pool, perClass(100, 301), 13)).toThrow('Expected `devSize` to be at most 300');
    expect(drawSplits(pool, perClass(50), 13).dev).toHaveLength(150);
    expect(drawSplits(pool, perClass(100, 300), 13).dev).toHaveLength(300);
  });
});

test('a second test set is drawn beside the first', () => {
  const both = { ...pool, 'test-mismatched': examples(60, 'other') };
  expect(drawSplits(both, fewShot(30), 13)['test-mismatched']).toHaveLength(60);
  expect(drawSplits(both, { ...fewShot(30), testSize: 12 }, 13)['test-mismatched']).toHaveLength(12);
  expect(drawSplits(pool, fewShot(30), 13)).not.toHaveProperty('test-mismatched');
});

describe('draws that cannot be', () => {
  test('k larger than the data names both numbers', () => {
    expect(() => drawSplits(pool, fewShot(541), 13)).toThrow(
      'Expected `k` + `devSize` to be at most the 600 training examples, found 541 + 60.',
    );
  });

  test('k smaller than the number of classes is refused', () => {
    expect(() => drawSplits(pool, fewShot(2), 13)).toThrow('at least one example for each of 3 classes, found 2');
  });

  test('are those that a plan refuses, and no others', () => {
    // Of 12 training examples 6, 4 and 2 of a class; 6 test examples.
    const small = { train: examples(12), test: examples(6, 'test') };
    const facts = { ...FACTS.tasks['mr']!, classes: { '0': 6, '1': 4, '2': 2 }, testExamples: 6 };
    const sizes = [1, 2, 3, 4, 9, 10, 11, 12, 13];
    const regimes = sizes.flatMap((devSize): Regime[] => [
      ...[null, 6, 7].map((testSize) => ({ kind: 'full', devSize, testSize }) as const),
      ...sizes.map((k) => ({ kind: 'few-shot', k, devSize, testSize: null }) as const),
      ...sizes.map((k) => ({ kind: 'per-class', k, devSize, testSize: null }) as const),
      { kind: 'per-class', k: devSize, devSize: null, testSize: null },
    ]);
    const isDrawn = (regime: Regime): boolean => {
      try {
        drawSplits(small, regime, 13);
        return true;
      } catch {
        return false;
      }
    };
    const drawn = regimes.filter(isDrawn);
    expect(drawn).toEqual(regimes.filter((regime) => regimeProblems(regime, facts).length === 0));
    expect(drawn.length).toBeGreaterThan(20);
  });

  test('a test size larger than the test split is refused', () => {
    const regime = { kind: 'few-shot', k: 30, devSize: 60, testSize: 121 } as const;
    expect(() => drawSplits(pool, regime, 13)).toThrow('Expected `testSize` to be at most 120');
  });
});

test('of a larger total no class of two has less, and no class of more has two less', () => {
  for (const [sizes, most] of [
    [[37, 5], 0],
    [[6, 6, 2], 1],
    [[22, 19, 42, 26, 1, 12], 1],
  ] as const) {
    const all = sizes.reduce((sum, size) => sum + size, 0);
    const shares = (total: number) => allocate(total, [...sizes], [...sizes]);
    const losses = Array.from({ length: all - sizes.length }, (_, i) => {
      const [before, after] = [shares(sizes.length + i), shares(sizes.length + i + 1)];
      return Math.max(...before.map((share, c) => share - after[c]!));
    });
    expect(Math.max(...losses)).toBe(most);
  }
});

test('shares always add up and never exceed what a class has', () => {
  for (let total = 0; total <= 111; total++) {
    const capacity = [100, 10, 1];
    const shares = allocate(total, capacity, capacity);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
    shares.forEach((share, c) => expect(share).toBeLessThanOrEqual(capacity[c]!));
  }
});
