// Pure: each method against each other one, seed by seed on the same examples.
import { mean } from '../statistics.ts';
import { entrantKey, groundKey, type ComparedTrial, type Entrant, type Ground } from './entrant.ts';
import { grouped } from './grouped.ts';
import { bootstrapInterval, type Interval } from './interval.ts';
import { discordant, holm, mcnemar, pairedT, wilcoxon, type Tested } from './paired-tests.ts';

/** What a trial answered on each test example, and what was right. */
export interface Predictions {
  predictions: number[];
  labels: number[];
}

export interface PairOnTask extends Omit<Ground, 'data'> {
  /** Pairs of seeds that both have. */
  n: number;
  /** Pairs of seeds that only one has: they take no part. */
  unpaired: number;
  /** Mean of first − second; null without a pair. */
  difference: number | null;
  /** Bootstrap over the pairs, 95 %; null for fewer than two. */
  interval: Interval | null;
  t: Tested;
  /** The t's p, Holm-adjusted over the tasks of this pair of methods. */
  holm: number | null;
  /** One a pair of trials whose predictions are stored; `holm` over those of this task. */
  mcnemar: SeedTest[];
}

export interface SeedTest {
  dataSeed: number;
  trainSeed: number;
  onlyFirst: number;
  onlySecond: number;
  p: number;
  holm: number;
}

export interface MethodPair {
  first: Entrant;
  second: Entrant;
  tasks: PairOnTask[];
  /** Over task × seed. */
  pooled: { n: number; difference: number | null; interval: Interval | null; t: Tested; wilcoxon: Tested };
}

export type PredictionsOf = ReadonlyMap<string, Predictions>;

/** Methods that share no ground have nothing to be compared on, and are left out. */
export function pairsOf(trials: readonly ComparedTrial[], predictions: PredictionsOf = new Map()): MethodPair[] {
  const entrants = grouped(trials, entrantKey);
  return entrants.flatMap((first, index) =>
    entrants.slice(index + 1).flatMap((second) => pairOf(first, second, predictions) ?? []),
  );
}

function pairOf(
  first: readonly [ComparedTrial, ...ComparedTrial[]],
  second: readonly [ComparedTrial, ...ComparedTrial[]],
  predictions: PredictionsOf,
): MethodPair | null {
  const shared = grouped(first, groundKey).flatMap((own) => {
    const others = second.filter((trial) => groundKey(trial) === groundKey(own[0]));
    return others.length === 0 ? [] : [matched(own, others)];
  });
  if (shared.length === 0) return null;
  const tests = shared.map(({ differences }) => pairedT(differences));
  const adjusted = holm(tests.map(({ p }) => p));
  const tasks = shared.map(({ ground, matches, differences, unpaired }, index): PairOnTask => ({
    ...ground,
    n: differences.length,
    unpaired,
    difference: meanOrNull(differences),
    interval: bootstrapInterval([differences]),
    t: tests[index] ?? { p: null, why: 'no pair' },
    holm: adjusted[index] ?? null,
    mcnemar: seedTests(matches, predictions),
  }));
  const strata = shared.map(({ differences }) => differences);
  return { first: nameOf(first[0]), second: nameOf(second[0]), tasks, pooled: pooledOf(strata) };
}

function pooledOf(strata: number[][]): MethodPair['pooled'] {
  const all = strata.flat();
  return {
    n: all.length,
    difference: meanOrNull(all),
    interval: bootstrapInterval(strata),
    t: pairedT(all),
    wilcoxon: wilcoxon(all),
  };
}

interface Match {
  first: Filled;
  second: Filled;
}
type Filled = [ComparedTrial, ...ComparedTrial[]];

interface Matched {
  ground: Omit<Ground, 'data'>;
  matches: Match[];
  differences: number[];
  unpaired: number;
}

/** Where one of them trains nothing, it has no training seed: it stands against the other's mean on each data seed. */
function matched(own: Filled, others: ComparedTrial[]): Matched {
  const isByDataSeed = [own, others].some((side) => side.every(isUntrained));
  const seedsOf = ({ dataSeed, trainSeed }: ComparedTrial): string =>
    isByDataSeed ? String(dataSeed) : `${dataSeed} ${trainSeed}`;
  const theirs = grouped(others, seedsOf);
  const ours = grouped(own, seedsOf);
  const matches = ours.flatMap((first) => {
    const second = theirs.find(([trial]) => seedsOf(trial) === seedsOf(first[0]));
    return second === undefined ? [] : [{ first, second }];
  });
  const { task, regime, k, metric, positive, testSize, backbone } = own[0];
  const differences = matches.map(({ first, second }) => scoreOf(first) - scoreOf(second));
  const unpaired = ours.length + theirs.length - 2 * matches.length;
  return { ground: { task, regime, k, metric, positive, testSize, backbone }, matches, differences, unpaired };
}

function isUntrained({ costs }: ComparedTrial): boolean {
  return costs.trainableParameters === 0;
}

function scoreOf(trials: Filled): number {
  return mean(trials.map(({ testScore }) => testScore));
}

/** Seeds are tested one by one: the same test examples on several seeds are not as many examples more. */
function seedTests(matches: readonly Match[], predictions: PredictionsOf): SeedTest[] {
  const found = matches.flatMap(trialPairs).flatMap(([first, second]) => {
    const [ours, theirs] = [predictions.get(first.trialId), predictions.get(second.trialId)];
    if (ours === undefined || theirs === undefined || !isSame(ours.labels, theirs.labels)) return [];
    const counts = discordant(ours.predictions, theirs.predictions, ours.labels);
    // Zero-shot's training seed says nothing.
    const { dataSeed, trainSeed } = isUntrained(first) ? second : first;
    return [{ dataSeed, trainSeed, ...counts, p: mcnemar(counts) }];
  });
  const adjusted = holm(found.map(({ p }) => p));
  return found.map((test, index) => ({ ...test, holm: adjusted[index] ?? 1 }));
}

/** One trained trial has one partner; a trial that trains nothing stands against each training seed of its data seed. */
function trialPairs({ first, second }: Match): [ComparedTrial, ComparedTrial][] {
  return first.flatMap((own) => second.map((other): [ComparedTrial, ComparedTrial] => [own, other]));
}

function isSame(ours: readonly number[], theirs: readonly number[]): boolean {
  return ours.length === theirs.length && ours.every((label, index) => label === theirs[index]);
}

function nameOf({ method, sweep }: Entrant): Entrant {
  return { method, sweep };
}

function meanOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : mean(values);
}
