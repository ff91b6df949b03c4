// The next step's batch, made before it is asked for.
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { BatchAhead } from '../../training/batch-ahead.ts';
import { disposeBatch, toBatch } from '../../training/batches.ts';
import { trainStep } from '../../training/step.ts';
import { loadBackbone } from '../../training/backbone.ts';
import { TINY_BACKBONE } from '../support/fixtures.ts';
import { disposeRider, riderOn } from '../support/riders.ts';
import { useTensorflow } from '../support/tensors.ts';

useTensorflow();

function aheadOf(lastStep: number) {
  const made: number[] = [];
  const example = { tokenIds: Int32Array.of(1, 2), maskPosition: 1, label: 0 };
  const ahead = new BatchAhead((step) => {
    made.push(step);
    return toBatch([example], [5]);
  }, lastStep);
  return { ahead, made };
}

test('a batch that was prepared is not made again, and one that was not is made', () => {
  const { ahead, made } = aheadOf(10);
  ahead.prepare(3);
  ahead.prepare(3);
  disposeBatch(ahead.take(3));
  disposeBatch(ahead.take(4));
  expect(made).toEqual([3, 4]);
});

test('behind the last step nothing is prepared, and what nobody took is freed', () => {
  const before = tf.memory().numTensors;
  const { ahead, made } = aheadOf(5);
  ahead.prepare(5);
  ahead.prepare(4);
  ahead.prepare(3);
  ahead.dispose();
  expect(made).toEqual([4, 3]);
  expect(tf.memory().numTensors).toBe(before);
});

test('a step is under way, its numbers not yet here, when the next batch is made', async () => {
  const backbone = await loadBackbone(TINY_BACKBONE);
  const rider = riderOn(backbone, { method: { method: 'prompt-tuning', promptLength: 2, initialisation: 'normal' } });
  const batch = rider.inputs.batch(rider.order.at(0));
  const seen: string[] = [];
  const part = { batch, first: 0, count: 8, share: 1 };
  const stepping = trainStep(rider.state, [part], {
    trial: rider.trial,
    meanwhile: () => seen.push(`step ${rider.state.step} moved`),
  }).then(() => seen.push('numbers are here'));
  expect(seen).toEqual(['step 1 moved']);
  await stepping;
  expect(seen).toEqual(['step 1 moved', 'numbers are here']);
  disposeBatch(batch);
  disposeRider(rider);
  backbone.dispose();
});
