import { describe, expect, test } from 'vitest';
import { BudgetError, pickWithin } from '../../sweep/budget.ts';
import { estimate } from '../../sweep/cost.ts';
import { Speeds } from '../../sweep/measured.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { FACTS, planOf } from '../support/trials.ts';

const SOURCE =
  '{ name: b, tasks: [mr], regime: { fewShot: 32, devSize: 100 }, dataSeeds: [13, 21, 42], trainSeeds: [1, 2], training: { steps: 40, batchSize: 8, evaluateEvery: 20 }, methods: [zero-shot, { method: lpt, insertionLayer: [1, 2, 3, 4, 5, 6, 7], promptLength: 6 }, { method: lora, rank: [4, 8] }] }';
const PLAN = planOf(SOURCE);
const PLANNED = { spec: parseSweep(SOURCE), facts: FACTS, plan: PLAN };
/** 100 GFLOP/s, nothing beside. */
const SPEEDS = new Speeds([]);

/** Of the trials of these pairs, as an estimate has it. */
function secondsOf(pairs: [number, number][]): number {
  const trials = PLAN.trials.filter(({ trial }) =>
    pairs.some(([data, train]) => trial.dataSeed === data && trial.trainSeed === train),
  );
  return estimate({ trials }, FACTS, SPEEDS).seconds;
}

const pick = (seconds: number) => pickWithin(PLANNED, { seconds, speeds: SPEEDS });

describe('a budget', () => {
  test('takes whole pairs of seeds in the order of the file, data seeds first, and leaves the rest', () => {
    const two = secondsOf([
      [13, 1],
      [21, 1],
    ]);
    const picked = pick(two + 0.001);
    expect(picked.whole).toEqual([
      { dataSeed: 13, trainSeed: 1 },
      { dataSeed: 21, trainSeed: 1 },
    ]);
    // Zero-shot, seven layers and two ranks on each; zero-shot has no second training seed: 3 · 10 + 3 · 9 in all.
    expect(picked.trials).toHaveLength(20);
    expect(picked.left).toHaveLength(37);
    expect(picked.pairs).toBe(6);
    expect(picked.seconds).toBeCloseTo(two, 9);
    const seeds = new Set(picked.trials.map(({ trial }) => `${trial.dataSeed}/${trial.trainSeed}`));
    expect(seeds).toEqual(new Set(['13/1', '21/1']));
    // A moment less, and the second pair does not fit: nothing of it is taken.
    expect(pick(two - 0.001).trials).toHaveLength(10);
  });

  test('numbers what it takes anew, in running order', () => {
    const { trials } = pick(
      secondsOf([
        [13, 1],
        [21, 1],
      ]) + 0.001,
    );
    expect(trials.map(({ position }) => position)).toEqual(trials.map((_, index) => index));
    const order = new Map(PLAN.trials.map(({ trialKey, position }) => [trialKey, position]));
    const before = trials.map(({ trialKey }) => order.get(trialKey)!);
    expect(before).toEqual(before.toSorted((one, other) => one - other));
  });

  test('that holds everything leaves nothing', () => {
    expect(pick(1e9)).toMatchObject({ left: [], pairs: 6 });
    expect(pick(1e9).whole).toHaveLength(6);
  });

  test('that holds not even one pair takes its methods in turn, the outermost layers first', () => {
    // Zero-shot, LPT at 1, LoRA of rank 4; LPT at 7, LoRA of rank 8; LPT at 4, 2, 5, …
    const inTurn = ['zero-shot', 'lpt 1', 'lora 4', 'lpt 7', 'lora 8', 'lpt 4', 'lpt 2', 'lpt 5'];
    const first = PLAN.trials.filter(({ trial }) => trial.dataSeed === 13 && trial.trainSeed === 1);
    const named = (name: string) => first.find(({ trial }) => nameOf(trial.method) === name)!;
    for (const count of [1, 3, 5, 8]) {
      const trials = inTurn.slice(0, count).map(named);
      const picked = pick(estimate({ trials }, FACTS, SPEEDS).seconds + 1e-6);
      expect(picked.whole).toEqual([]);
      expect(picked.trials.map(({ trial }) => nameOf(trial.method)).sort()).toEqual(inTurn.slice(0, count).sort());
    }
  });

  test('that holds nothing is refused with what the first trial takes', () => {
    const needed = estimate({ trials: PLAN.trials.slice(0, 1) }, FACTS, SPEEDS).seconds;
    expect(() => pick(needed / 2)).toThrow(BudgetError);
    try {
      pick(needed / 2);
    } catch (error) {
      expect((error as BudgetError).needed).toBeCloseTo(needed, 9);
    }
  });
});

function nameOf(method: (typeof PLAN.trials)[number]['trial']['method']): string {
  if (method.method === 'lpt') return `lpt ${String(method.insertionLayer)}`;
  return method.method === 'lora' ? `lora ${method.rank}` : method.method;
}
