import { describe, expect, test } from 'vitest';
import { parseSweep } from '../../../sweep/parse.ts';
import { expand, type PlannedTrial } from '../../../sweep/plan.ts';
import { cellOf } from '../../../sweep/search/cells.ts';
import { shuffled, uniform, weighted } from '../../../sweep/search/draws.ts';
import { type KnownTrial, proposeTrials } from '../../../sweep/search/proposals.ts';
import type { Point } from '../../../sweep/search/parzen.ts';
import { propose } from '../../../sweep/search/tpe.ts';
import { FACTS } from '../../support/trials.ts';

const SPACE = `
name: search
tasks: [mr]
regime: { fewShot: 32, devSize: 100 }
dataSeeds: [13, 21]
training: { steps: 40, batchSize: 8, learningRate: { from: 1.0e-4, to: 1.0e-2, scale: log, count: 9 } }
methods:
  - { method: lpt, insertionLayer: [2, 4, 6, 8, 10], promptLength: [5, 10], generator: [none, npg] }
`;
/** 9 rates × 5 layers × 2 lengths × 2 generators. */
const CELLS = 180;

function planOf(search: string) {
  const source = `${SPACE}search: ${search}\n`;
  const spec = parseSweep(source);
  return { spec, plan: expand(spec, FACTS, source) };
}

function namesOf(trials: readonly PlannedTrial[]): string[] {
  return [...new Set(trials.map(({ trial }) => cellOf(trial)))].sort();
}

function complete({ trial }: PlannedTrial, devScore: number): KnownTrial {
  const { method, training, regime, dataSeed, trainSeed, task } = trial;
  const settings = { method, training, regime, dataSeed, trainSeed, task: task.name, metric: task.metric };
  return { ...settings, state: 'complete', errorKind: null, devScore };
}

describe('a range on a logarithmic scale', () => {
  test('has the same factor from each value to the next, and both ends', () => {
    // 100 ^ (1 / 8) = 1.778 from one to the next.
    const { training } = parseSweep(SPACE);
    expect(training.learningRate).toEqual([1e-4, 1.78e-4, 3.16e-4, 5.62e-4, 1e-3, 1.78e-3, 3.16e-3, 5.62e-3, 1e-2]);
  });

  test('is refused where it cannot be one', () => {
    for (const wrong of ['{ from: 0, to: 1, scale: log }', '{ from: 0.1, to: 0.2, scale: linear }'])
      expect(() => parseSweep(SPACE.replace(/\{ from.*9 \}/, wrong))).toThrow(/`training.learningRate` to be a range/);
  });
});

describe('a random search', () => {
  test('draws so many configurations, each on every seed, and the same again', () => {
    const { plan } = planOf('{ kind: random, configurations: 12, seed: 3 }');
    expect(plan.trials).toHaveLength(24);
    expect(namesOf(plan.trials)).toHaveLength(12);
    expect(plan.searched).toBe(`The search draws 12 of ${CELLS} configurations.`);
    const again = planOf('{ kind: random, configurations: 12, seed: 3 }').plan;
    expect(again.trials.map(({ trialKey }) => trialKey)).toEqual(plan.trials.map(({ trialKey }) => trialKey));
    expect(namesOf(planOf('{ kind: random, configurations: 12, seed: 4 }').plan.trials)).not.toEqual(
      namesOf(plan.trials),
    );
  });

  test('that is asked for more draws those that it had, and others', () => {
    const few = namesOf(planOf('{ kind: random, configurations: 12 }').plan.trials);
    const more = namesOf(planOf('{ kind: random, configurations: 20 }').plan.trials);
    expect(more.filter((name) => few.includes(name))).toEqual(few);
    expect(planOf('{ kind: random, configurations: 1000 }').plan.trials).toHaveLength(2 * CELLS);
  });

  test.each(['random', 'tpe'])(
    'of no more configurations than are asked for says that it searches nothing: %s',
    (kind) => {
      const searchedOf = (count: number) => planOf(`{ kind: ${kind}, configurations: ${count} }`).plan.searched;
      expect(searchedOf(CELLS)).toBe(`The search has only ${CELLS} configurations: all are run.`);
      expect(searchedOf(CELLS + 1)).toBe(searchedOf(CELLS));
      expect(searchedOf(CELLS - 1)).toContain(` of ${CELLS} configurations`);
    },
  );

  test('leaves out what a rule excludes, and counts all that it may come to', () => {
    const source = `${SPACE}search: { kind: random, configurations: 1000 }\nexclude: [{ generator: npg }]\nmaxTrials: 200\n`;
    expect(expand(parseSweep(source), FACTS, source).trials).toHaveLength(CELLS);
    expect(() => planOf('{ kind: tpe, configurations: 60 }\nmaxTrials: 100')).toThrow(/at least 120/);
  });
});

describe('a TPE search', () => {
  const search = '{ kind: tpe, configurations: 30, seed: 3, startup: 8, round: 4 }';

  test('begins at random, and then proposes by rounds until it has come to its number', () => {
    const { spec, plan } = planOf(search);
    expect(namesOf(plan.trials)).toHaveLength(8);
    const known = plan.trials.map((trial) => complete(trial, 0.5));
    const rounds: number[] = [];
    for (;;) {
      const next = proposeTrials(spec, FACTS, known);
      if (next.length === 0) break;
      expect(next).toHaveLength(2 * namesOf(next).length);
      rounds.push(namesOf(next).length);
      known.push(...next.map((trial) => complete(trial, 0.5)));
    }
    expect(rounds).toEqual([4, 4, 4, 4, 4, 2]);
    expect(new Set(known.map(cellOf)).size).toBe(30);
  });

  test('proposes the same from the same scores, and other things from others', () => {
    const { spec, plan } = planOf(search);
    const layerOf = ({ trial: { method } }: PlannedTrial) =>
      'insertionLayer' in method ? Number(method.insertionLayer) : 0;
    const deep = plan.trials.map((trial) => complete(trial, 0.5 + layerOf(trial) / 100));
    const shallow = plan.trials.map((trial) => complete(trial, 0.7 - layerOf(trial) / 100));
    const fromDeep = namesOf(proposeTrials(spec, FACTS, deep));
    expect(namesOf(proposeTrials(spec, FACTS, deep))).toEqual(fromDeep);
    expect(namesOf(proposeTrials(spec, FACTS, shallow))).not.toEqual(fromDeep);
  });

  test('takes a configuration that was stopped early or diverged for a bad one, and learns nothing from one whose machine failed', () => {
    const { spec, plan } = planOf(search);
    const half = plan.trials.map((trial, index) => complete(trial, index / 100));
    const best = half.at(-1)!;
    const others = half.filter((trial) => trial !== best);
    const proposedWith = (ended: Partial<KnownTrial>) =>
      namesOf(proposeTrials(spec, FACTS, [...others, { ...best, devScore: null, ...ended }]));
    const learnt = namesOf(proposeTrials(spec, FACTS, half));
    const stopped = proposedWith({ state: 'stopped-early' });
    const lost = proposedWith({ state: 'failed', errorKind: 'worker-lost' });
    expect(new Set([learnt, stopped, lost].map((names) => names.join('\n'))).size).toBe(3);
    expect(proposedWith({ state: 'failed', errorKind: 'diverged' })).toEqual(stopped);
    expect(proposedWith({ state: 'failed', errorKind: 'out-of-memory' })).toEqual(lost);
  });

  test('goes by the scores of the metric that the file has now', () => {
    const { spec, plan } = planOf(search);
    const half = plan.trials.map((trial, index) => complete(trial, index / 100));
    // As the file was before `add`: the worst by accuracy were the best by another metric.
    const before = half.map((trial, index) => ({ ...trial, metric: 'f1' as const, devScore: 1 - index / 50 }));
    const learnt = namesOf(proposeTrials(spec, FACTS, half));
    expect(namesOf(proposeTrials(spec, FACTS, [...before, ...half]))).toEqual(learnt);
  });

  test('runs what it has proposed on seeds that join the file, before it proposes more', () => {
    const { spec, plan } = planOf(search);
    const oneSeed = { ...spec, dataSeeds: [13] };
    const known = plan.trials.filter(({ trial }) => trial.dataSeed === 13).map((trial) => complete(trial, 0.5));
    known.push(...proposeTrials(oneSeed, FACTS, known).map((trial) => complete(trial, 0.5)));
    expect(known).toHaveLength(12);
    // `add` brings those that the search began with.
    known.push(...plan.trials.filter(({ trial }) => trial.dataSeed === 21).map((trial) => complete(trial, 0.5)));
    const lacking = proposeTrials(spec, FACTS, known);
    expect(lacking.map(({ trial }) => trial.dataSeed)).toEqual([21, 21, 21, 21]);
    const all = [...known, ...lacking.map((trial) => complete(trial, 0.5))];
    for (const trial of all) expect(all.filter((other) => cellOf(other) === cellOf(trial))).toHaveLength(2);
    expect(namesOf(proposeTrials(spec, FACTS, all))).toHaveLength(4);
  });

  test('has a trial that trains nothing, whatever training seed the file has first', () => {
    const source = `${SPACE}  - zero-shot\nsearch: ${search.replace('startup: 8', 'startup: 30')}\n`;
    const spec = parseSweep(source);
    const grid = expand({ ...spec, search: undefined }, FACTS).trials;
    const untrained = grid.filter(({ trial }) => trial.method.method === 'zero-shot');
    const known = untrained.map((trial) => complete(trial, 0.5));
    const fresh = proposeTrials({ ...spec, trainSeeds: [2, 1] }, FACTS, known);
    expect(fresh.length).toBeGreaterThan(0);
    expect(fresh.filter(({ trial }) => trial.method.method === 'zero-shot')).toEqual([]);
  });

  test('holds configurations against others on the same seeds alone', () => {
    const { spec, plan } = planOf(search);
    const scores = new Map(namesOf(plan.trials).map((name, index) => [name, index / 100]));
    const half = plan.trials.map((trial) => complete(trial, scores.get(cellOf(trial.trial)) ?? 0));
    // A seed on which every score is higher, and only the worst two have run: they are the worst still.
    const easier = half
      .filter((trial) => trial.dataSeed === 13 && (scores.get(cellOf(trial)) ?? 0) < 0.02)
      .map((trial) => ({ ...trial, dataSeed: 42, devScore: 0.9 }));
    expect(easier).toHaveLength(2);
    const learnt = namesOf(proposeTrials(spec, FACTS, half));
    expect(namesOf(proposeTrials(spec, FACTS, [...half, ...easier]))).toEqual(learnt);
  });

  test('is steered away from settings with which trials diverge', () => {
    const { spec, plan } = planOf(search);
    const isHigh = ({ trial }: PlannedTrial): boolean => trial.training.learningRate > 1e-3;
    const known = (end: Partial<KnownTrial>) =>
      plan.trials.map((trial) => ({ ...complete(trial, 0.5), ...(isHigh(trial) ? { devScore: null, ...end } : {}) }));
    const highs = (end: Partial<KnownTrial>) => proposeTrials(spec, FACTS, known(end)).filter(isHigh).length;
    // Six of the trials, of three configurations, have a high rate; where nothing is learnt from them, most of what follows has one too.
    expect(highs({ state: 'failed', errorKind: 'diverged' })).toBeLessThan(
      highs({ state: 'failed', errorKind: 'worker-lost' }),
    );
  });
});

describe('the Parzen estimator', () => {
  const space = new Map<string, Point>(
    Array.from({ length: 100 }, (_, index) => [
      String(index),
      [{ x: index % 10, kind: ['a', 'b'][index % 2], y: Math.floor(index / 10) }],
    ]),
  );
  /** Best at x = 7, y = 3: 0 there, below everywhere else. */
  const scoreOf = (name: string): number => {
    const [{ x, y }] = space.get(name) as [{ x: number; y: number }];
    return -((x - 7) ** 2) - (y - 3) ** 2;
  };

  test('comes near the best with a third of the space, whatever its seed', () => {
    const bests = Array.from({ length: 20 }, (_, seed) => {
      const names = shuffled([...space.keys()], uniform(seed), 10);
      while (names.length < 34) {
        const observed = names.map((name) => ({ name, score: scoreOf(name) }));
        names.push(...propose({ space, observed, taken: new Set(names), count: 4, seed }));
      }
      return Math.max(...names.map(scoreOf));
    });
    expect(Math.min(...bests)).toBeGreaterThanOrEqual(-2);
    expect(bests.filter((best) => best === 0).length).toBeGreaterThanOrEqual(10);
  });

  test('takes nothing without a score for good, however little is known', () => {
    const near = new Map<string, Point>(Array.from({ length: 40 }, (_, x) => [String(x), [{ x }]]));
    const stopped = Array.from({ length: 18 }, (_, index) => ({ name: String(17 - index), score: null }));
    const observed = [...stopped, { name: '37', score: 0.9 }];
    const taken = new Set(observed.map(({ name }) => name));
    const proposed = Array.from({ length: 20 }, (_, seed) =>
      Number(propose({ space: near, observed, taken, count: 1, seed })[0]),
    );
    // Two or three of nineteen are good by their share: one of them has a score.
    expect(Math.min(...proposed)).toBeGreaterThan(29);
  });

  test('proposes what it proposed when each configuration was rated by its settings themselves', () => {
    const rates = [1e-4, 1e-3, 1e-2, 0.1];
    const mixed = new Map<string, Point>(
      Array.from({ length: 240 }, (_, index) => [
        String(index),
        [
          { rate: rates[index % 4], kind: ['a', 'b', 'c'][index % 3] },
          { layers: [[6, 9], 6, [3, 6, 9]][Math.floor(index / 12) % 3] },
          index % 3 === 0 ? { width: 8 * (1 + (index % 5)) } : {},
        ],
      ]),
    );
    const observed = Array.from({ length: 30 }, (_, index) => ({
      name: String(7 * index),
      score: index % 6 === 5 ? null : ((index * 11) % 8) / 8,
    }));
    const taken = new Set(observed.map(({ name }) => name));
    const proposedWith = (seed: number) => propose({ space: mixed, observed, taken, count: 5, seed });
    expect(proposedWith(1)).toEqual(['87', '55', '195', '235', '231']);
    expect(proposedWith(2)).toEqual(['195', '127', '163', '199', '166']);
    expect(proposedWith(3)).toEqual(['15', '231', '235', '130', '163']);
  });

  test('rates a setting that configurations share once, and a value by its number', () => {
    let read = 0;
    const shared = {
      get rate(): number {
        read += 1;
        return 1;
      },
    };
    const large = new Map<string, Point>(Array.from({ length: 1000 }, (_, x) => [String(x), [shared, { x }]]));
    expect(propose({ space: large, observed: [], taken: new Set(), count: 4, seed: 1 })).toHaveLength(4);
    expect(read).toBe(1);
  });

  test('proposes nothing twice, and no more than there is', () => {
    const taken = new Set([...space.keys()].slice(3));
    expect(propose({ space, observed: [], taken, count: 5, seed: 1 }).sort()).toEqual(['0', '1', '2']);
  });
});

describe('draws', () => {
  test('are those of a list from which each is taken out, whatever is asked for of it', () => {
    const items = Array.from({ length: 2500 }, (_, index) => index);
    const all = shuffled(items, uniform(3), 2500);
    expect(all.slice(0, 8)).toEqual([902, 2441, 290, 884, 873, 1909, 1232, 359]);
    expect(all.slice(-4)).toEqual([2236, 1536, 1016, 1378]);
    expect(new Set(all).size).toBe(2500);
    expect(shuffled(items, uniform(3), 8)).toEqual(all.slice(0, 8));
  });

  test('ask for no more numbers than there are items to draw', () => {
    let drawn = 0;
    const next = () => (drawn += 1) / 1e6;
    expect(
      shuffled(
        Array.from({ length: 1_000_000 }, (_, index) => index),
        next,
        3,
      ),
    ).toHaveLength(3);
    expect(drawn).toBe(3);
  });

  test('are even, and weighted ones go by their weights', () => {
    const next = uniform(7);
    const counts = [0, 0, 0];
    for (let draw = 0; draw < 6000; draw += 1) counts[weighted([1, 2, 3], next)]! += 1;
    // 1000, 2000 and 3000, each with a standard deviation below 39.
    for (const [index, expected] of [1000, 2000, 3000].entries())
      expect(Math.abs(counts[index]! - expected)).toBeLessThan(160);
  });
});
