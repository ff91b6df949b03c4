// Twenty steps of AdamW with warm-up, decay and clipping, beside those of PyTorch (scripts/fixtures).
import { beforeAll, expect, test } from 'vitest';
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import type { Trial } from '../../sweep/trial.ts';
import { loadBackbone } from '../../training/backbone.ts';
import { disposeBatch } from '../../training/batches.ts';
import { trainStep } from '../../training/step.ts';
import { TrainingState } from '../../training/training-state.ts';
import { FIXTURE_CASES, fixtureMethod, tinyBatch, tinyFolder } from '../support/fixtures.ts';

beforeAll(() => loadTensorflow({ threads: 1, device: 'cpu' }));

// Attention does not depend on the bias of the keys: its gradient is rounding, which AdamW blows up to whole steps. So
// of keys and values together only the second half, the values, is looked at.
test.each(FIXTURE_CASES)('on %s, twenty steps of %s are those of PyTorch', async (tiny, name) => {
  const backbone = await loadBackbone(tinyFolder(tiny));
  const { record, values, method } = await fixtureMethod([tiny, name], backbone);
  const { steps, learning_rate: learningRate, weight_decay: weightDecay, warmup, clip: clipNorm } = record.training;
  const training = { steps, learningRate, weightDecay, warmupFraction: warmup / steps, clipNorm };
  const trial = { training, trainSeed: 1 } as Trial;
  const state = new TrainingState(method, weightDecay);
  const batch = await tinyBatch(backbone, method.inputLayers, tiny);
  const [size] = batch.tokenIds.shape;
  for (let step = 0; step < steps; step++) {
    const [loss, norm] = await trainStep(state, [{ batch, first: 0, count: size, share: 1 }], { trial });
    expect(relative(loss!.value, record.losses[step]!)).toBeLessThan(1e-4);
    expect(relative(norm!.value, record.gradientNorms[step]!)).toBeLessThan(1e-3);
  }
  for (const { name: variable, variable: value } of method.trained) {
    const expected = values(`final.${variable}`).values;
    const from = variable.endsWith('keyValue.bias') ? expected.length / 2 : 0;
    expect(largestGap(value.dataSync().slice(from), expected.slice(from))).toBeLessThan(1e-4);
  }
  state.dispose();
  disposeBatch(batch);
  method.dispose();
  backbone.dispose();
});

function relative(found: number, expected: number): number {
  return Math.abs(found - expected) / Math.max(Math.abs(expected), 1e-6);
}

/** Relative to the largest number of the variable. */
function largestGap(found: ArrayLike<number>, expected: Float32Array): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs((found[i] ?? Number.NaN) - value))) / scale;
}
