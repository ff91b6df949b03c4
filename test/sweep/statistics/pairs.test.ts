import { describe, expect, test } from 'vitest';
import type { ComparedTrial } from '../../../sweep/statistics/entrant.ts';
import { pairsOf, type Predictions } from '../../../sweep/statistics/pairs.ts';

const LABELS = [1, 1, 1, 1, 1, 1, 1, 0];
const predicted = (right: number): Predictions => ({
  labels: LABELS,
  predictions: LABELS.map((label, index) => (index < right ? label : 1 - label)),
});

function trial(method: string, dataSeed: number, trainSeed: number): ComparedTrial {
  const unknown = { trainableShare: null, msPerStep: null, tokensPerMs: null, peakMemoryMiB: null };
  return {
    ...{ method, dataSeed, trainSeed, sweep: 'demo', trialId: `${method} ${dataSeed} ${trainSeed}` },
    ...{ task: 'mr', regime: 'few-shot', k: 32, metric: 'accuracy', positive: null },
    ...{ testSize: null, backbone: 'b', data: 'd' },
    ...{ configurationKey: method, devScore: 0.5, testScore: 0.5 },
    costs: {
      ...unknown,
      trainableParameters: method === 'zero-shot' ? 0 : 100,
      wallSeconds: null,
      checkpointBytes: null,
    },
  };
}

describe("McNemar's test of a method against one that trains nothing", () => {
  const untrained = [trial('zero-shot', 13, 1), trial('zero-shot', 21, 1)];
  const trained = [13, 21].flatMap((dataSeed) => [1, 2, 3].map((trainSeed) => trial('lora', dataSeed, trainSeed)));
  const predictions = new Map([
    ...untrained.map(({ trialId }) => [trialId, predicted(0)] as const),
    ...trained.map(({ trialId, trainSeed }) => [trialId, predicted(4 + trainSeed)] as const),
  ]);

  test.each([
    ['first', [...untrained, ...trained], 'onlySecond'],
    ['second', [...trained, ...untrained], 'onlyFirst'],
  ] as const)('is made on every training seed, where the untrained one is the %s', (_, trials, onlyTrained) => {
    const [task] = pairsOf(trials, predictions)[0]!.tasks;
    // One pair a data seed for the difference, and a test for each training seed.
    expect(task!.n).toBe(2);
    const seen = task!.mcnemar.map((found) => [found.dataSeed, found.trainSeed, found[onlyTrained]]);
    expect(seen).toEqual([13, 21].flatMap((dataSeed) => [1, 2, 3].map((seed) => [dataSeed, seed, 4 + seed])));
    // Seven examples that only one got right: 2 · 0.5⁷ = 0.015625; the smallest p of six, so six times that.
    expect(task!.mcnemar[2]!.p).toBeCloseTo(0.015625, 12);
    expect(task!.mcnemar[2]!.holm).toBeCloseTo(6 * 0.015625, 12);
  });

  test('leaves out training seeds without stored predictions, and those alone', () => {
    const some = new Map([...predictions].filter(([trialId]) => trialId !== 'lora 13 1'));
    const [task] = pairsOf([...untrained, ...trained], some)[0]!.tasks;
    expect(task!.mcnemar.map(({ dataSeed, trainSeed }) => [dataSeed, trainSeed])).toEqual([
      [13, 2],
      [13, 3],
      [21, 1],
      [21, 2],
      [21, 3],
    ]);
  });
});
