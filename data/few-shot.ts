// Which examples a trial sees. A draw depends on the data and the data seed alone.
import type { Regime } from '../sweep/trial.ts';
import { DataError } from './error.ts';
import type { Example } from './example.ts';
import { permutation, STREAMS } from './random.ts';

export interface Splits {
  train: Example[];
  dev: Example[];
  test: Example[];
}

export interface Pool {
  train: Example[];
  test: Example[];
}

/** The test examples of a sweep are the same for every data seed. */
const TEST_SEED = 0;
/** Share of a data set's only file that is kept for test. */
const TEST_SHARE = 0.2;

/**
 * Training and dev examples, stratified by class and disjoint. `k` is the total over all classes. Training examples
 * are taken from the front of each class's random order and dev examples from its back, so a larger k contains the
 * smaller one's examples and leaves dev as it is.
 * @throws DataError where the data has too few examples
 */
export function drawSplits(pool: Pool, regime: Regime, dataSeed: number): Splits {
  const order = shuffledClasses(pool.train, dataSeed, STREAMS.draw);
  const total = pool.train.length;
  const k = regime.kind === 'few-shot' ? regime.k : total - regime.devSize;
  if (k < order.length || k + regime.devSize > total) throw new DataError(tooFew(regime, order.length, total));
  const sizes = order.map((members) => members.length);
  const trainQuota = allocate(k, sizes, sizes);
  const left = sizes.map((size, c) => size - (trainQuota[c] ?? 0));
  const devQuota = allocate(regime.devSize, sizes, left);
  return {
    train: pick(pool.train, order, (members, c) => members.slice(0, trainQuota[c])),
    dev: pick(pool.train, order, (members, c) => members.slice(members.length - (devQuota[c] ?? 0))),
    test: drawTest(pool.test, regime.testSize),
  };
}

/** A data set of one file, cut in two by a seed of its own: never by the data seed. */
export function splitOnlyFile(examples: Example[]): Pool {
  const order = shuffledClasses(examples, TEST_SEED, STREAMS.split);
  const cut = (members: number[]) => Math.round(members.length * TEST_SHARE);
  return {
    train: pick(examples, order, (members) => members.slice(cut(members))),
    test: pick(examples, order, (members) => members.slice(0, cut(members))),
  };
}

function drawTest(test: Example[], testSize: number | null): Example[] {
  if (testSize === null || testSize === test.length) return test;
  if (testSize > test.length) {
    throw new DataError(`Expected \`testSize\` to be at most ${test.length} (the test examples), found ${testSize}.`);
  }
  const order = shuffledClasses(test, TEST_SEED, STREAMS.testSubset);
  const sizes = order.map((members) => members.length);
  const quota = allocate(testSize, sizes, sizes);
  return pick(test, order, (members, c) => members.slice(0, quota[c]));
}

/** The examples' indices, class by class (in the labels' own order), each class in random order. */
function shuffledClasses(examples: Example[], seed: number, stream: number): number[][] {
  const classes = new Map<string, number[]>();
  const order = permutation(examples.length, { seed, stream });
  for (const index of order) {
    const label = examples[index]?.label ?? '';
    const members = classes.get(label);
    if (members) members.push(index);
    else classes.set(label, [index]);
  }
  return [...classes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, members]) => members);
}

/**
 * Shares `total` among classes in proportion to their sizes (largest remainder), one at least for each class where
 * that is possible, never more than a class has left.
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

function tooFew(regime: Regime, classes: number, total: number): string {
  if (regime.kind === 'full') {
    return `Expected \`devSize\` to leave training examples of ${classes} classes, found ${regime.devSize} of ${total} examples.`;
  }
  if (regime.k < classes)
    return `Expected \`k\` (the total) to be at least one example for each of ${classes} classes, found ${regime.k}.`;
  return `Expected \`k\` + \`devSize\` to be at most the ${total} training examples, found ${regime.k} + ${regime.devSize}.`;
}
