// Several trials in one step: each has the numbers that it has alone, and what happens to one is no matter to the others.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Backbone } from '../../lpt/backbone.ts';
import { loadBackbone } from '../../training/backbone.ts';
import { disposeBatch } from '../../training/batches.ts';
import { DivergedError } from '../../training/diverged.ts';
import { labelScores } from '../../training/label-scores.ts';
import { tinyFolder, type TinyName } from '../support/fixtures.ts';
import {
  disposeRider,
  largestGap,
  riderOn,
  stepAlone,
  stepTogether,
  type RiderSettings,
  type TestRider,
} from '../support/riders.ts';
import { expectNoLeak, expectNoLeakOnFailure, useTensorflow } from '../support/tensors.ts';

useTensorflow();

const npg = (insertionLayer: number | number[], promptLength: number): RiderSettings => ({
  method: { method: 'lpt', insertionLayer, promptLength, generator: 'npg', bottleneck: 8, dropout: 0.1 },
});
const pooled = (generator: 'mppg' | 'appg', promptLength: number): RiderSettings => ({
  method: { method: 'lpt', insertionLayer: 2, promptLength, generator, bottleneck: 8, dropout: 0.1 },
});
const table = (insertionLayer: number | number[], promptLength: number): RiderSettings => ({
  method: { method: 'lpt', insertionLayer, promptLength, generator: 'none', initialisation: 'normal' },
});

/** Other layers, lengths, batches, rates, schedules, clipping: nothing of one trial is another's. */
const settingsOn = ({ config: { layers } }: Backbone): RiderSettings[] => [
  npg(1, 2),
  { ...npg(1, 7), trainSeed: 2, training: { learningRate: 5e-3, batchSize: 5 } },
  { ...npg([1, layers - 1], 3), training: { clipNorm: 0.01 } },
  { ...pooled('mppg', 5), training: { batchSize: 11, weightDecay: 0 } },
  { ...pooled('appg', 4), trainSeed: 3 },
  { ...table(layers - 1, 6), training: { warmupFraction: 0.5 } },
  table([0, 2], 2),
  { method: { method: 'prompt-tuning', promptLength: 4, initialisation: 'normal' } },
  { method: { method: 's-idpg', generator: 'dnn', promptLength: 3, bottleneck: 8, dropout: 0 } as never },
];

async function backboneOfTest(name: TinyName = 'bert-tiny'): Promise<Backbone> {
  const backbone = await loadBackbone(tinyFolder(name));
  onTestFinished(() => backbone.dispose());
  return backbone;
}

function ridersOfTest(backbone: Backbone, settings: RiderSettings[]): TestRider[] {
  const riders = settings.map((one) => riderOn(backbone, one));
  onTestFinished(() => riders.forEach(disposeRider));
  return riders;
}

const relative = (found: number, expected: number) =>
  found === expected ? 0 : Math.abs(found - expected) / Math.abs(expected);

describe('a joint step', () => {
  test.each([
    ['bert-tiny', 50],
    ['roberta-tiny', 5],
    ['electra-tiny', 5],
    ['gpt2-tiny', 15],
  ] as const)('on %s, %i of them give each trial the numbers of its solo run within 1e-5', async (name, steps) => {
    const backbone = await backboneOfTest(name);
    const alone = ridersOfTest(backbone, settingsOn(backbone));
    const together = ridersOfTest(backbone, settingsOn(backbone));
    for (let step = 0; step < steps; step += 1) {
      const stepped = await stepTogether(backbone, together);
      for (const [index, rider] of alone.entries()) {
        const expected = await stepAlone(rider);
        const found = stepped[index]!;
        if ('error' in found) throw found.error;
        found.points.forEach(({ name: what, value }, point) => {
          const gap = relative(value, expected[point]!.value);
          expect(gap, `${what} of trial ${index} at step ${step}`).toBeLessThan(1e-5);
        });
      }
    }
    for (const [index, { state }] of alone.entries()) {
      expect(largestGap(state, together[index]!.state), `weights of trial ${index}`).toBeLessThan(1e-5);
    }
  });

  test('of a trial that diverges leaves its neighbours their very numbers', async () => {
    const backbone = await backboneOfTest();
    const settings = [npg(1, 2), { ...table(2, 3), training: { learningRate: 1e38, warmupFraction: 0 } }, table(2, 4)];
    const riders = ridersOfTest(backbone, settings);
    const undisturbed = ridersOfTest(backbone, settings);
    await stepTogether(backbone, riders);
    const [first, diverged, third] = await stepTogether(backbone, riders);
    expect(diverged).toHaveProperty('error', expect.any(DivergedError));
    await stepTogether(backbone, undisturbed);
    // The same shapes with finite numbers in the place of the second trial's.
    for (const { variable } of undisturbed[1]!.state.method.trained) variable.assign(tf.ones(variable.shape));
    const [expected, , alsoExpected] = await stepTogether(backbone, undisturbed);
    expect(first).toEqual(expected);
    expect(third).toEqual(alsoExpected);
    expect(largestGap(undisturbed[0]!.state, riders[0]!.state)).toBe(0);
  });

  test('may be joined and left at any step', async () => {
    const backbone = await backboneOfTest();
    const last = backbone.config.layers - 1;
    const [early, late] = ridersOfTest(backbone, [npg(1, 2), npg(last, 5)]) as [TestRider, TestRider];
    const [earlyAlone, lateAlone] = ridersOfTest(backbone, [npg(1, 2), npg(last, 5)]) as [TestRider, TestRider];
    for (const aboard of [[early], [early, late], [late, early], [late]]) await stepTogether(backbone, aboard);
    for (let step = 0; step < 3; step += 1) for (const rider of [earlyAlone, lateAlone]) await stepAlone(rider);
    expect(largestGap(early.state, earlyAlone.state)).toBeLessThan(1e-6);
    expect(largestGap(late.state, lateAlone.state)).toBeLessThan(1e-6);
  });

  test('whose numbers cannot be fetched is an error of each, not a step to take again, and leaves nothing behind', async () => {
    const backbone = await backboneOfTest();
    const riders = ridersOfTest(backbone, [npg(1, 2), table(2, 3)]);
    const broken = vi.spyOn(tf.Tensor.prototype, 'data').mockRejectedValue(new Error('gone'));
    onTestFinished(() => broken.mockRestore());
    const error = expect.objectContaining({ message: 'gone' }) as Error;
    expect(await stepTogether(backbone, riders)).toEqual([{ error }, { error }]);
    expect(riders.map(({ state }) => state.step)).toEqual([1, 1]);
    await expectNoLeak(() => stepTogether(backbone, riders), 2);
  });

  test('and a step alone, that fail anywhere leave nothing behind', async () => {
    const backbone = await backboneOfTest();
    const riders = ridersOfTest(backbone, [npg(1, 2), pooled('mppg', 3)]);
    await expectNoLeakOnFailure(() => stepTogether(backbone, riders), 3);
    await expectNoLeakOnFailure(() => stepAlone(riders[0]!), 3);
  });

  test('and scoring, whose batch or pass fails leave nothing behind', async () => {
    const backbone = await backboneOfTest();
    const { state, inputs } = ridersOfTest(backbone, [settingsOn(backbone).at(-1)!])[0]!;
    const batch = async () =>
      disposeBatch(await Promise.resolve().then(() => inputs.batch([0, 1], { dropoutSeed: 1 })));
    await expectNoLeakOnFailure(batch, 3);
    const request = { method: state.method, inputs, labelWordIds: [5, 6], batchSize: 12 };
    await expectNoLeakOnFailure(() => labelScores({ ...request, afterBatch: () => Promise.resolve() }), 3);
  });

  test('leaves nothing behind', async () => {
    const backbone = await backboneOfTest();
    const riders = ridersOfTest(backbone, settingsOn(backbone));
    await expectNoLeak(() => stepTogether(backbone, riders), 5);
  });
});
