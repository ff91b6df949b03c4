// The real backbone, where set-up has installed it.
import { existsSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embed, type Backbone } from '../../lpt/backbone.ts';
import { runLayers } from '../../lpt/frozen-layers.ts';
import { createMethod } from '../../lpt/methods.ts';
import { readEnvironment } from '../../runtime/environment.mjs';
import { cacheLayout } from '../../runtime/folders.mjs';
import { loadBackbone } from '../../training/backbone.ts';
import { readBertBaseFixture } from '../support/fixtures.ts';
import { expectClose, useTensorflow } from '../support/tensors.ts';

const folder = cacheLayout(readEnvironment().cacheFolder).bertBaseUncased;
const absent = !existsSync(folder);
if (absent) console.warn(`Skipped: BERT-base is not installed at ${folder}.`);

useTensorflow();

describe.skipIf(absent)('BERT-base-uncased', () => {
  let backbone: Backbone;
  beforeAll(async () => {
    backbone = await loadBackbone(folder);
  });
  afterAll(() => backbone.dispose());

  test('has in every layer the hidden states of an independent implementation', async () => {
    const { record, values } = await readBertBaseFixture();
    const lengths = [record.tokenIds.length];
    let hidden = embed(backbone, tf.tensor2d([record.tokenIds], undefined, 'int32'));
    for (let layer = 0; layer <= backbone.config.layers; layer += 1) {
      if (layer > 0) hidden = runLayers({ backbone, hidden, lengths, from: layer - 1, to: layer });
      const found = hidden.dataSync<'float32'>().filter((_, index) => (index % 768) % record.columnStep === 0);
      expectClose(found, values(`hidden.${layer}`).values, 1e-4);
    }
  });

  test('fills "The capital of France is [MASK] ." with paris', async () => {
    const { record } = await readBertBaseFixture();
    const tokenIds = tf.tensor2d([record.tokenIds], undefined, 'int32');
    const batch = {
      ...{ tokenIds, hidden: { 0: embed(backbone, tokenIds) } },
      texts: [{ length: record.tokenIds.length, maskPosition: record.maskPosition }],
      maskPosition: tf.tensor1d([record.maskPosition], 'int32'),
      target: tf.tensor1d([record.best[0]!.id], 'int32'),
      label: tf.tensor1d([0], 'int32'),
    };
    const method = createMethod({ settings: { method: 'zero-shot' }, backbone, trainSeed: 0, labels: 2 });
    const scores = method.scores(batch, tf.range(0, backbone.config.vocabularySize, 1, 'int32'));
    const { values: logits, indices } = tf.topk(scores, 5);
    expect(record.best[0]!.token).toBe('paris');
    expect(Array.from(indices.dataSync())).toEqual(record.best.map(({ id }) => id));
    expectClose(
      logits,
      record.best.map(({ logit }) => logit),
      1e-4,
    );
  });
});
