import { describe, expect, test } from 'vitest';
import { budgetFor, budgetOf, describePicked, ratesOf } from '../../cli/budget.ts';
import type { Call } from '../../cli/command.ts';
import { describeEstimates } from '../../cli/dry-run.ts';
import { estimateSweep } from '../../control/plan-estimate.ts';
import { withinBudget } from '../../control/budget.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { FACTS, planOf } from '../support/trials.ts';

const given = (values: Record<string, string>) => ({ values }) as unknown as Call;

const SOURCE =
  '{ name: b, tasks: [mr], regime: { fewShot: 32 }, dataSeeds: [13, 21], methods: [zero-shot, { method: lpt, insertionLayer: [3, 6] }] }';
const PLANNED = { spec: parseSweep(SOURCE), facts: FACTS, plan: planOf(SOURCE) };

describe('what is written on the command line', () => {
  test.each([
    ['2h', 7200],
    ['45m', 2700],
    ['45min', 2700],
    ['1h30m', 5400],
    ['1.5h', 5400],
    ['90s', 90],
    ['1d 2h', 93_600],
  ])('a budget of %s is %i seconds', (budget, seconds) => {
    expect(budgetOf(given({ budget }))).toBe(seconds);
  });

  test.each(['2', 'h', '0h', '-2h', '2h!', 'two hours', ''])('a budget of %j is refused', (budget) => {
    expect(() => budgetOf(given({ budget }))).toThrow(`Expected \`--budget\` to be a time such as 2h`);
  });

  test('a budget beside a search that proposes more later is refused', () => {
    const tpe = { kind: 'tpe', configurations: 6, seed: 1, startup: 2, round: 2 } as const;
    expect(() => budgetFor(given({ budget: '1h' }), { search: tpe })).toThrow(
      /^Expected `--budget` with a sweep whose trials are all known, found `search: tpe`, .* `search: random` draws all/,
    );
    expect(budgetFor(given({}), { search: tpe })).toBeUndefined();
    expect(budgetFor(given({ budget: '1h' }), { search: { kind: 'random', configurations: 6, seed: 1 } })).toBe(3600);
    expect(budgetFor(given({ budget: '1h' }), {})).toBe(3600);
  });

  test('a cost is of every device, or of each its own', () => {
    expect(ratesOf(given({ 'cost-per-hour': '0.5' }))).toEqual({ cpu: 0.5, gpu: 0.5 });
    expect(ratesOf(given({ 'cost-per-hour': 'cpu=0.1, gpu=2.5' }))).toEqual({ cpu: 0.1, gpu: 2.5 });
    expect(ratesOf(given({}))).toEqual({});
    for (const wrong of ['free', '1,2', 'tpu=3', '-1'])
      expect(() => ratesOf(given({ 'cost-per-hour': wrong }))).toThrow(/`--cost-per-hour` to be a number/);
  });
});

describe('what a person reads of an estimate', () => {
  const measured = (device: string, msPerStep: number) => ({
    ...{ device, method: 'lpt', insertionLayer: 3, stepFlops: 2e9, flops: 20e9, msPerStep },
    ...{ seconds: null, peakMemoryMiB: 900 },
  });

  test('is time, cost, speed with what it was measured on, memory and disk, of each device', () => {
    const estimates = estimateSweep(PLANNED, [measured('cpu', 20), measured('gpu', 0.2)]);
    expect(estimates.map(({ device }) => device)).toEqual(['cpu', 'gpu']);
    // 2 GFLOP in 20 ms and in 0.2 ms: a hundredth of the time.
    expect(estimates[0]!.estimate.seconds / estimates[1]!.estimate.seconds).toBeCloseTo(100, 9);
    const cost = (estimates[0]!.estimate.seconds / 3600) * 100;
    const text = describeEstimates(estimates, { cpu: 100 }).join('\n');
    expect(text).toContain(`on one cpu, one trial after another, cost ${cost.toFixed(2)} at 100 an hour.`);
    expect(text).toMatch(/on one gpu, one trial after another\.\n/);
    expect(text).toContain(
      'Speed: 100 GFLOP/s in the middle; of 6 trials 2 measured on trials of the same method and layer, 2 measured on other layers of the method, 2 measured on other methods of the backbone.',
    );
    expect(text).toContain('(earlier trials took 900 MiB at the most)');
    expect(text).toMatch(/Disk: about \d+ MiB in Postgres; hidden states take \d+ MiB/);
  });

  test('of a search that goes on takes in what it will propose', () => {
    // It begins with 2 of 8 configurations, each on two seeds.
    const grid = SOURCE.replace('zero-shot, ', '').replace('[3, 6]', '[1, 2, 3, 4, 5, 6, 7, 8]');
    const source = grid.replace('name: b', 'name: b, search: { kind: tpe, configurations: 6, startup: 2 }');
    const searching = { spec: parseSweep(source), facts: FACTS, plan: planOf(source) };
    const { goesOn, ...begun } = searching.plan;
    expect(goesOn).toEqual({ configurations: 6, times: 3 });
    const [all] = estimateSweep(searching, []);
    const [first] = estimateSweep({ ...searching, plan: begun }, []);
    expect(all!.estimate.seconds).toBeCloseTo(3 * first!.estimate.seconds, 9);
    expect(all!.estimate.databaseMiB).toBeCloseTo(3 * first!.estimate.databaseMiB, 9);
    const cost = ((3 * first!.estimate.seconds) / 3600) * 100;
    const text = describeEstimates([all!], { cpu: 100 }).join('\n');
    expect(text).toContain(`, for all 6 configurations of the search, cost ${cost.toFixed(2)} at 100 an hour.`);
    expect(text).toContain('hidden states of those that the search begins with take');
    expect(describeEstimates([first!], {}).join('\n')).not.toContain('search');
  });

  test('without earlier trials says that the speed is assumed', () => {
    expect(describeEstimates(estimateSweep(PLANNED, []), {}).join('\n')).toContain(
      'Speed: 100 GFLOP/s in the middle, assumed, since nothing was measured.',
    );
  });

  test('with a budget says what was chosen in which order, and what was left out', () => {
    const all = estimateSweep(PLANNED, [])[0]!.estimate.seconds;
    const request = { seconds: 0.9 * all, device: 'cpu', measured: [] } as const;
    const { planned, picked } = withinBudget(PLANNED, request);
    expect(planned.plan.trials).toHaveLength(3);
    const [budget, chosen, left] = describePicked(picked, { seconds: 0.9 * all, file: 'b.yaml' });
    expect(budget).toMatch(/: 3 of 6 trials, about /);
    expect(chosen).toContain('Every configuration on 1 of 2 pairs of seeds: 13/1.');
    expect(left).toBe('Left out: 3 trials (1 zero-shot, 2 lpt). `lpt-sweep add b.yaml` runs them later.');
  });
});
