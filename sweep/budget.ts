// Pure: of a plan what fits into a time, so that what is run can still be compared: whole seeds, all configurations of each.
import { estimate } from './cost.ts';
import type { SweepFacts } from './facts.ts';
import type { Speeds } from './measured.ts';
import type { Plan, PlannedTrial } from './plan.ts';
import { regimeColumns, regimeName } from './regime.ts';
import type { Spec } from './spec.ts';
import type { Trial } from './trial.ts';

/** A data seed with a training seed: a trial of every configuration. */
export interface SeedPair {
  dataSeed: number;
  trainSeed: number;
}

export interface Picked {
  /** In running order, numbered anew. */
  trials: PlannedTrial[];
  /** What did not fit. */
  left: PlannedTrial[];
  /** Pairs of seeds with all their configurations; none where not even the first fits. */
  whole: SeedPair[];
  /** Pairs of seeds of the sweep. */
  pairs: number;
  /** As estimated, one trial after another. */
  seconds: number;
}

/** Not one trial fits. */
export class BudgetError extends Error {
  override name = 'BudgetError';
  /** What the first trial is estimated to take. */
  readonly needed: number;

  constructor(needed: number) {
    super('Expected the budget to hold one trial at least.');
    this.needed = needed;
  }
}

export interface Budget {
  seconds: number;
  speeds: Speeds;
}

type Planned = { spec: Pick<Spec, 'dataSeeds' | 'trainSeeds'>; plan: Pick<Plan, 'trials'>; facts: SweepFacts };

/**
 * Whole pairs of seeds in the file's order, every data seed before a second training seed. Where not even one fits, of the
 * first pair as many configurations as fit: in turn of each task, size and method, and of each of these the ends first.
 * @throws BudgetError
 */
export function pickWithin({ spec, plan, facts }: Planned, { seconds, speeds }: Budget): Picked {
  const secondsOf = (trials: PlannedTrial[]): number => estimate({ trials }, facts, speeds).seconds;
  const rounds = seedRounds(spec, plan.trials);
  const [first] = rounds;
  const whole = longestPrefix(rounds, (some) => secondsOf(some.flatMap(({ trials }) => trials)) <= seconds);
  const inTurn = whole.length > 0 || first === undefined ? [] : fairOrder(first.trials);
  const some = longestPrefix(inTurn, (trials) => secondsOf(trials) <= seconds);
  const picked = new Set([...whole.flatMap(({ trials }) => trials), ...some]);
  if (picked.size === 0) throw new BudgetError(secondsOf(inTurn.slice(0, 1)));
  const trials = plan.trials.filter((trial) => picked.has(trial)).map((trial, position) => ({ ...trial, position }));
  return {
    trials,
    left: plan.trials.filter((trial) => !picked.has(trial)),
    whole: whole.map(({ pair }) => pair),
    pairs: rounds.length,
    seconds: secondsOf(trials),
  };
}

interface Round {
  pair: SeedPair;
  trials: PlannedTrial[];
}

/** Data seeds change first: which examples are drawn moves scores more than initial values do. */
function seedRounds({ dataSeeds, trainSeeds }: Planned['spec'], trials: readonly PlannedTrial[]): Round[] {
  const pairs = trainSeeds.flatMap((trainSeed) => dataSeeds.map((dataSeed) => ({ dataSeed, trainSeed })));
  const rounds = pairs.map((pair) => ({ pair, trials: trials.filter(({ trial }) => isOf(trial, pair)) }));
  return rounds.filter((round) => round.trials.length > 0);
}

function isOf({ dataSeed, trainSeed }: Trial, pair: SeedPair): boolean {
  return dataSeed === pair.dataSeed && trainSeed === pair.trainSeed;
}

/** Longer prefixes cost more, so halving finds the longest that fits. */
function longestPrefix<Item>(items: readonly Item[], fits: (some: Item[]) => boolean): Item[] {
  let [fitting, tooMany] = [0, items.length + 1];
  while (tooMany - fitting > 1) {
    const middle = Math.floor((fitting + tooMany) / 2);
    if (fits(items.slice(0, middle))) fitting = middle;
    else tooMany = middle;
  }
  return items.slice(0, fitting);
}

/** One of each task, size and method in turn, so that a comparison has both sides of what it compares. */
function fairOrder(trials: readonly PlannedTrial[]): PlannedTrial[] {
  const cells = [...new Set(trials.map(cellOf))];
  const lines = cells.map((cell) => endsFirst(trials.filter((trial) => cellOf(trial) === cell)));
  const turns = Math.max(0, ...lines.map(({ length }) => length));
  return Array.from({ length: turns }, (_, turn) => lines.flatMap((line) => line[turn] ?? [])).flat();
}

function cellOf({ trial }: PlannedTrial): string {
  return [trial.task.name, regimeName(regimeColumns(trial.regime)), trial.method.method].join('\n');
}

/** First, last, middle, then the middles between: any beginning of it is spread over the whole. */
function endsFirst<Item>(items: readonly Item[]): Item[] {
  if (items.length < 3) return [...items];
  const places = [0, items.length - 1];
  const gaps: [number, number][] = [[0, items.length - 1]];
  for (const [from, to] of gaps) {
    const middle = Math.floor((from + to) / 2);
    if (middle === from) continue;
    places.push(middle);
    gaps.push([from, middle], [middle, to]);
  }
  return places.flatMap((place) => items[place] ?? []);
}
