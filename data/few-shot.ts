// Which examples a trial sees. A draw depends on the data and the data seed alone.
import type { Regime } from '../sweep/regime.ts';
import { DataError } from './error.ts';
import type { Example } from './example.ts';
import { permutation, STREAMS } from './random.ts';

export interface Pool {
  train: Example[];
  test: Example[];
  /** MNLI's second test set. */
  'test-mismatched'?: Example[];
}

export interface Splits extends Pool {
  dev: Example[];
}

/** The test examples of a sweep are the same for every data seed. */
const TEST_SEED = 0;
/** Share of a data set's only file that is kept for test. */
const TEST_SHARE = 0.2;

/**
 * Training and dev examples, stratified by class and disjoint. Training examples are taken from the front of each class's
 * random order and dev examples from its back, so within a class a larger draw contains the smaller one's examples, and a larger
 * k leaves a dev of the same size as it is. Of three or more classes one can have an example less in a larger k (`allocate`).
 * @throws DataError where the data has too few examples
 */
export function drawSplits(pool: Pool, regime: Regime, dataSeed: number): Splits {
  const order = shuffledClasses(pool.train, dataSeed, STREAMS.draw);
  const members = order.map(({ indices }) => indices);
  const quota = quotaOf(regime, order);
  const { testSize } = regime;
  return {
    train: pick(pool.train, members, (own, c) => own.slice(0, quota.train[c])),
    dev: pick(pool.train, members, (own, c) => own.slice(own.length - (quota.dev[c] ?? 0))),
    test: drawTest(pool.test, testSize),
    ...(pool['test-mismatched'] ? { 'test-mismatched': drawTest(pool['test-mismatched'], testSize) } : {}),
  };
}

interface Quota {
  /** Examples of each class. */
  train: number[];
  dev: number[];
}

function quotaOf(regime: Regime, order: ShuffledClass[]): Quota {
  const sizes = order.map(({ indices }) => indices.length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (regime.kind === 'per-class') return perClassQuota(regime, order);
  const k = regime.kind === 'few-shot' ? regime.k : total - regime.devSize;
  if (k < order.length || k + regime.devSize > total) throw new DataError(tooFew(regime, order.length, total));
  const train = allocate(k, sizes, sizes);
  return { train, dev: allocate(regime.devSize, sizes, left(sizes, train)) };
}

/** K of each class; for dev K more of each, or `devSize` of what is left, as the data has its classes. */
function perClassQuota({ k, devSize }: Extract<Regime, { kind: 'per-class' }>, order: ShuffledClass[]): Quota {
  const sizes = order.map(({ indices }) => indices.length);
  const wanted = devSize === null ? 2 * k : k;
  const rare = order.find(({ indices }) => indices.length < wanted);
  if (rare) {
    const what = devSize === null ? `2 × ${k} training examples (half of them for dev)` : `${k} training examples`;
    throw new DataError(`Expected ${what} of every class, found ${rare.indices.length} of label "${rare.label}".`);
  }
  const train = sizes.map(() => k);
  if (devSize === null) return { train, dev: train };
  const capacity = left(sizes, train);
  const remaining = capacity.reduce((sum, size) => sum + size, 0);
  if (devSize > remaining) {
    throw new DataError(
      `Expected \`devSize\` to be at most ${remaining}, what ${k} training examples of every class leave, found ${devSize}.`,
    );
  }
  return { train, dev: allocate(devSize, sizes, capacity) };
}

function left(sizes: number[], taken: number[]): number[] {
  return sizes.map((size, c) => size - (taken[c] ?? 0));
}

/** A data set of one file, cut in two by a seed of its own: never by the data seed. */
export function splitOnlyFile(examples: Example[]): Pool {
  const order = shuffledClasses(examples, TEST_SEED, STREAMS.split).map(({ indices }) => indices);
  const cut = (members: number[]) => Math.round(members.length * TEST_SHARE);
  return {
    train: pick(examples, order, (members) => members.slice(cut(members))),
    test: pick(examples, order, (members) => members.slice(0, cut(members))),
  };
}

/** @throws DataError where there are too few */
export function drawTest(test: Example[], testSize: number | null): Example[] {
  if (testSize === null || testSize === test.length) return test;
  if (testSize > test.length) {
    throw new DataError(`Expected \`testSize\` to be at most ${test.length} (the test examples), found ${testSize}.`);
  }
  const order = shuffledClasses(test, TEST_SEED, STREAMS.testSubset).map(({ indices }) => indices);
  const sizes = order.map((members) => members.length);
  const quota = allocate(testSize, sizes, sizes);
  return pick(test, order, (members, c) => members.slice(0, quota[c]));
}

interface ShuffledClass {
  label: string;
  /** Of its examples, in random order. */
  indices: number[];
}

/** Class by class, in the labels' own order. */
function shuffledClasses(examples: Example[], seed: number, stream: number): ShuffledClass[] {
  const classes = new Map<string, number[]>();
  const order = permutation(examples.length, { seed, stream });
  for (const index of order) {
    const label = examples[index]?.label ?? '';
    const members = classes.get(label);
    if (members) members.push(index);
    else classes.set(label, [index]);
  }
  return [...classes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([label, indices]) => ({ label, indices }));
}

/**
 * Shares `total` among classes in proportion to their sizes (largest remainder), one at least for each class where
 * that is possible, never more than a class has left. Of two classes none has less of a larger total; of more, one can have
 * one less (sizes 6, 6, 2: of 10 4, 4, 2, of 11 5, 5, 1).
 */
export function allocate(total: number, sizes: number[], capacity: number[]): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (total * size) / all);
  const quota = exact.map((share, c) =>
    Math.min(Math.max(Math.floor(share), total >= sizes.length ? 1 : 0), capacity[c] ?? 0),
  );
  const given = () => quota.reduce((sum, share) => sum + share, 0);
  const need = (c: number) => (exact[c] ?? 0) - (quota[c] ?? 0);
  const byNeed = () => sizes.map((_, c) => c).sort((a, b) => need(b) - need(a) || a - b);
  while (given() < total) {
    const c = byNeed().find((candidate) => (quota[candidate] ?? 0) < (capacity[candidate] ?? 0));
    if (c === undefined) break;
    quota[c] = (quota[c] ?? 0) + 1;
  }
  while (given() > total) {
    const c =
      byNeed()
        .reverse()
        .find((candidate) => (quota[candidate] ?? 0) > 1) ?? 0;
    quota[c] = (quota[c] ?? 0) - 1;
  }
  return quota;
}

function pick(examples: Example[], classes: number[][], choose: (members: number[], c: number) => number[]): Example[] {
  const chosen = classes.flatMap(choose).sort((a, b) => a - b);
  return chosen.flatMap((index) => examples[index] ?? []);
}

function tooFew(regime: Exclude<Regime, { kind: 'per-class' }>, classes: number, total: number): string {
  if (regime.kind === 'full') {
    return `Expected \`devSize\` to leave training examples of ${classes} classes, found ${regime.devSize} of ${total} examples.`;
  }
  if (regime.k < classes)
    return `Expected \`k\` (the total) to be at least one example for each of ${classes} classes, found ${regime.k}.`;
  return `Expected \`k\` + \`devSize\` to be at most the ${total} training examples, found ${regime.k} + ${regime.devSize}.`;
}
