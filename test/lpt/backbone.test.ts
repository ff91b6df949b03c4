import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { embed, layerAt, type Backbone } from '../../lpt/backbone.ts';
import { runLayers } from '../../lpt/frozen-layers.ts';
import { loadBackbone } from '../../training/backbone.ts';
import { expectHiddenStates, hiddenStates, TINY_BACKBONE, tinyBatch, type TinyBatch } from '../support/fixtures.ts';
import { expectClose, expectNoLeak, useTensorflow } from '../support/tensors.ts';

useTensorflow();

let backbone: Backbone;
let batch: TinyBatch;
beforeAll(async () => {
  backbone = await loadBackbone(TINY_BACKBONE);
  batch = await tinyBatch(backbone, []);
});
afterAll(() => backbone.dispose());

test('hidden states of every layer are those of an independent implementation', async () => {
  for (let layer = 0; layer <= backbone.config.layers; layer += 1) await expectHiddenStates(backbone, layer);
});

test('running layer by layer gives what running them at once gives', () => {
  const lengths = batch.texts.map(({ length }) => length);
  let hidden = embed(backbone, batch.tokenIds);
  for (let layer = 0; layer < 4; layer += 1) {
    hidden = runLayers({ backbone, hidden, lengths, from: layer, to: layer + 1 });
  }
  expect(hidden.dataSync()).toEqual(hiddenStates(backbone, batch, 4).dataSync());
});

test('padding does not change the hidden states of real positions', () => {
  // The second example has seven real positions.
  const alone = {
    tokenIds: tf.slice(batch.tokenIds, [1, 0], [1, 7]),
    texts: [{ length: 7, maskPosition: 2 }],
  };
  const padded = tf.slice(hiddenStates(backbone, batch, 4), [1, 0, 0], [1, 7, 32]);
  expectClose(padded, hiddenStates(backbone, alone, 4).dataSync(), 1e-5);
});

test('running no layer hands back the hidden states as a tensor of the caller’s own', () => {
  const hidden = embed(backbone, batch.tokenIds);
  const same = runLayers({ backbone, hidden, lengths: [10, 7, 8, 5], from: 2, to: 2 });
  hidden.dispose();
  expect(same.dataSync()).toHaveLength(4 * 10 * 32);
});

test('a forward pass inside a tape records nothing and leaves nothing behind', async () => {
  const variable = tf.variable(tf.scalar(1));
  await expectNoLeak(() => {
    const { value, grads } = tf.variableGrads(() => {
      const hidden = hiddenStates(backbone, batch, 4);
      return tf.mul<tf.Scalar>(variable, tf.mean(hidden));
    }, [variable]);
    tf.dispose([value, grads]);
  }, 5);
});

test('a layer that the backbone does not have is refused', () => {
  expect(() => layerAt(backbone, 4)).toThrow('Expected a layer index from 0 to 3, found 4.');
});
