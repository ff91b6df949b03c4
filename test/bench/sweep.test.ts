import { expect, test } from 'vitest';
import { compareSides, sweepReport } from '../../bench/sweep/report.ts';
import type { SweepOptions } from '../../bench/sweep/options.ts';
import { planOf } from '../support/trials.ts';

const { trials } = planOf(`
name: bench
tasks: [mr]
regime: { fewShot: 32, devSize: 100 }
dataSeeds: [13]
training: { steps: 40, batchSize: 8, evaluateEvery: 20 }
methods: [{ method: lpt, insertionLayer: [3, 6], promptLength: [1, 5], generator: npg }]
`);
const SIDES = {
  ours: sideOf([0.8, 0.7, 0.75, 0.75], [4, 4, 3, 1]),
  pytorch: sideOf([0.7, 0.8, 0.75, 0.75], [10, 20, 30, 60]),
};

function sideOf(scores: number[], seconds: number[]) {
  const trained = scores.map((devScore, index) => ({ devScore, seconds: seconds[index]! }));
  return { trained, seconds: seconds.reduce((sum, one) => sum + one, 0), version: 'TensorFlow 2' };
}

function asked(joint: number): SweepOptions {
  const numbers = { steps: 40, every: 20, k: 32, devSize: 100, testSize: 100, threads: 2, joint };
  return { ...numbers, json: true, layers: [3, 6], lengths: [1, 5], seeds: [13], task: 'mr', data: '', model: '' };
}

test('dev scores that are higher here and lower there are the same on average, and apart by themselves', () => {
  const found = compareSides(trials, SIDES, asked(1));
  // +10, −10, 0, 0: mean 0, mean distance 5 points.
  expect(found).toMatchObject({ meanDevDifference: 0, meanDevDistance: 0.05, ratio: 10 });
  expect(sweepReport(found)).toBe(`\
layer  3: 4.0 s a trial, PyTorch 15.0 s (medians)
layer  6: 2.0 s a trial, PyTorch 45.0 s (medians)
4 trials in 12 s, PyTorch 120 s: 10 times as fast; on dev ours are 0.0 points higher on average, and trials lie 5.0 points apart
`);
});

test('each trial has its row, and PyTorch its seconds, where ours ride together as well', () => {
  const found = compareSides(trials, SIDES, asked(8));
  expect(found.rows.map(({ layer, promptLength }) => [layer, promptLength])).toEqual([
    [3, 1],
    [3, 5],
    [6, 1],
    [6, 5],
  ]);
  expect(found.rows[1]).toMatchObject({
    ...{ dataSeed: 13, ours: { devScore: 0.7 }, pytorch: { devScore: 0.8, seconds: 20 } },
  });
  expect(found.secondsATrial).toEqual({ ours: null, pytorch: { min: 10, median: 25, max: 60 } });
  expect(sweepReport(found)).toContain('layer  6: PyTorch 45.0 s');
});
