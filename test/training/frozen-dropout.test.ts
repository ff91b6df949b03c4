// Trials in which the backbone's own dropout runs.
import { describe, expect, test } from 'vitest';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import { ResidentBackbone } from '../../training/resident-backbone.ts';
import { numbersOf, runHere } from '../support/run-here.ts';
import { npgAtLayer, tinyTrials } from '../support/tiny-trial.ts';

const METHODS: MethodSettings[] = [
  npgAtLayer(2),
  { method: 's-idpg', generator: 'dnn', promptLength: 2, bottleneck: 8, dropout: 0 },
  { method: 'lora', rank: 2, alpha: 4, targets: ['query', 'value'], dropout: 0.1 },
];
const training = { frozenDropout: true };

describe.each(METHODS.map((method) => [method.method, method] as const))('%s with frozenDropout', (_, method) => {
  test('seeds reproduce every number, and none is that of a trial without it', async () => {
    const request = await tinyTrials();
    const once = numbersOf(await runHere(request({ method, training })));
    expect(numbersOf(await runHere(request({ method, training })))).toEqual(once);
    expect(numbersOf(await runHere(request({ method })))).not.toEqual(once);
  });

  test('a resumed trial ends with the numbers of an uninterrupted one', async () => {
    const request = await tinyTrials();
    const whole = await runHere(request({ method, training }));
    const checkpoint = whole.checkpoints[1]!;
    const resumed = await runHere({ ...request({ method, training }), checkpoint });
    const end = { evaluations: [], points: [] };
    expect({ ...numbersOf(resumed), ...end }).toEqual({ ...numbersOf(whole), ...end });
    expect(resumed.points).toEqual(whole.points.slice(-resumed.points.length));
  });
});

test('training computes what it drops anew; dev and test, which drop nothing, are kept as ever', async () => {
  const request = await tinyTrials();
  const resident = new ResidentBackbone(2 ** 26);
  await runHere(request({ training }), { resident });
  const { backboneFolder, trial } = request();
  const { hiddenStates } = await resident.load(backboneFolder, trial.backbone);
  // 40 dev and 40 test examples in chunks of 16: 3 + 3; none of the 32 training examples.
  expect(hiddenStates.counts().fills).toBe(6);
  resident.release();
});
