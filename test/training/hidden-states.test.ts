import { describe, expect, test } from 'vitest';
import { ResidentBackbone } from '../../training/resident-backbone.ts';
import { numbersOf, runHere } from '../support/run-here.ts';
import { npgAtLayer, tinyTrials } from '../support/tiny-trial.ts';

const MIB = 2 ** 20;

async function countsAfter(resident: ResidentBackbone, request: Awaited<ReturnType<typeof tinyTrials>>) {
  const { backboneFolder, trial } = request();
  return (await resident.load(backboneFolder, trial.backbone)).hiddenStates.counts();
}

describe('hidden states', () => {
  test('are computed once, for all layers of the sweep and all trials', async () => {
    const request = await tinyTrials();
    const resident = new ResidentBackbone(64 * MIB);
    await runHere(request({ method: npgAtLayer(2) }), { resident });
    const { fills } = await countsAfter(resident, request);
    // 32 training, 40 dev and 40 test examples in chunks of 16: 2 + 3 + 3.
    expect(fills).toBe(8);
    await runHere(request({ method: npgAtLayer(2), trainSeed: 2 }), { resident });
    await runHere(request({ method: npgAtLayer(1) }), { resident });
    await runHere(request({ method: npgAtLayer(3) }), { resident });
    await runHere(request({ method: { method: 'prompt-tuning', promptLength: 2, initialisation: 'normal' } }), {
      resident,
    });
    expect((await countsAfter(resident, request)).fills).toBe(8);
    resident.release();
  });

  test('another data seed computes its own training and dev examples alone', async () => {
    const request = await tinyTrials();
    const resident = new ResidentBackbone(64 * MIB);
    await runHere(request({ dataSeed: 13 }), { resident });
    await runHere(request({ dataSeed: 21 }), { resident });
    expect((await countsAfter(resident, request)).fills).toBe(8 + 5);
    resident.release();
  });

  test('a warm cache and a cold cache give the same numbers', async () => {
    const request = await tinyTrials();
    const warm = new ResidentBackbone(64 * MIB);
    await runHere(request({ method: npgAtLayer(3) }), { resident: warm });
    const afterWarm = numbersOf(await runHere(request(), { resident: warm }));
    const cold = numbersOf(await runHere(request()));
    const withoutCache = new ResidentBackbone(0);
    const never = numbersOf(await runHere({ ...request(), layersToKeep: [] }, { resident: withoutCache }));
    expect(afterWarm).toEqual(cold);
    expect(never).toEqual(cold);
    warm.release();
    withoutCache.release();
  });

  test('never take more memory than they may', async () => {
    const request = await tinyTrials();
    const budget = 40_000;
    const resident = new ResidentBackbone(budget);
    await runHere(request(), { resident });
    const { bytes, fills } = await countsAfter(resident, request);
    expect(bytes).toBeLessThanOrEqual(budget);
    expect(bytes).toBeGreaterThan(budget / 2);
    expect(fills).toBeGreaterThan(8);
    resident.release();
  });

  test('are counted with the encoded examples of every data seed as what a trainer keeps', async () => {
    const request = await tinyTrials();
    const resident = new ResidentBackbone(64 * MIB);
    const beside = () => resident.keptBytes() - resident.counts().bytes;
    await runHere(request({ dataSeed: 13 }), { resident });
    const ofOne = beside();
    // 112 examples of a few tokens, and 320 bytes beside the ids of each.
    expect(ofOne).toBeGreaterThan(112 * 330);
    await runHere(request({ dataSeed: 21 }), { resident });
    expect(beside()).toBeGreaterThan(1.9 * ofOne);
    resident.release();
    expect(resident.keptBytes()).toBe(0);
  });
});
