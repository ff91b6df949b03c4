import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backbone, BackboneConfig } from '../../lpt/backbone.ts';
import { countTrainable, createMethod } from '../../lpt/methods.ts';
import type { MethodSettings } from '../../sweep/trial.ts';
import { loadBackbone } from '../../training/backbone.ts';
import { describeMethod } from '../contracts/method.ts';
import { lossAndGradients, METHOD_FIXTURES, readMethodFixture, TINY_BACKBONE, tinyBatch } from '../support/fixtures.ts';
import { expectClose, useTensorflow } from '../support/tensors.ts';
import * as tf from '@tensorflow/tfjs-core';

useTensorflow();

const npg = { method: 'lpt', promptLength: 3, generator: 'npg', bottleneck: 6, dropout: 0.1 } as const;
describeMethod('late prompt tuning without generator', {
  ...{ method: 'lpt', insertionLayer: 2, promptLength: 3, generator: 'none' },
});
describeMethod('late prompt tuning with npg', { ...npg, insertionLayer: 2 });
describeMethod('late prompt tuning with npg before the last layer', { ...npg, insertionLayer: 3 });
describeMethod('prompt tuning', { method: 'prompt-tuning', promptLength: 4 });
describeMethod('full tuning', { method: 'full-tuning' });
describeMethod('zero-shot', { method: 'zero-shot' });

describe('against PyTorch', () => {
  let backbone: Backbone;
  beforeAll(async () => {
    backbone = await loadBackbone(TINY_BACKBONE);
  });
  afterAll(() => backbone.dispose());

  test.each(METHOD_FIXTURES)('%s has the same loss, gradients and scores', async (name) => {
    const { record, values } = await readMethodFixture(name);
    const method = createMethod({ settings: record.settings, backbone, trainSeed: 1 });
    for (const { name: variableName, variable } of method.trained) {
      if (name === 'full-tuning') continue;
      const initial = values(`initial.${variableName}`);
      variable.assign(tf.tensor(initial.values, initial.shape));
    }
    const batch = await tinyBatch(backbone, method.inputLayer);
    const { loss, gradients } = lossAndGradients(method, batch);
    expectClose([loss], [record.loss], 1e-5);
    for (const [variableName, gradient] of gradients) {
      expectClose(gradient, values(`gradient.${variableName}`).values, 1e-4);
    }
    expectClose(method.scores(batch, batch.labelWordIds), values('scores').values, 1e-4);
    method.dispose();
  });
});

describe('the dropout after a generator', () => {
  test('changes the loss with its seed and leaves the scores alone', async () => {
    const backbone = await loadBackbone(TINY_BACKBONE);
    const method = createMethod({ settings: { ...npg, insertionLayer: 1, dropout: 0.5 }, backbone, trainSeed: 1 });
    const batch = await tinyBatch(backbone, 1);
    expect(lossAndGradients(method, batch, 1).loss).not.toBe(lossAndGradients(method, batch, 2).loss);
    const without = createMethod({ settings: { ...npg, insertionLayer: 1, dropout: 0 }, backbone, trainSeed: 1 });
    const scores = [method, without].map((one) => Array.from(one.scores(batch, batch.labelWordIds).dataSync()));
    expect(scores[0]).toEqual(scores[1]);
    backbone.dispose();
  });
});

describe('settings that cannot be', () => {
  test.each([
    [{ ...npg, insertionLayer: 0 }, 'from 1 to 3 (generator npg), found 0'],
    [{ ...npg, insertionLayer: 4 }, 'from 1 to 3 (generator npg), found 4'],
    [{ ...npg, generator: 'none', insertionLayer: -1 }, 'from 0 to 3 (generator none), found -1'],
  ] as [MethodSettings, string][])(
    'an insertion layer outside the backbone is refused by name (%#)',
    async (settings, message) => {
      const backbone = await loadBackbone(TINY_BACKBONE);
      expect(() => createMethod({ settings, backbone, trainSeed: 1 })).toThrow(message);
      backbone.dispose();
    },
  );

  test('a batch without the hidden states that a method starts from is refused', async () => {
    const backbone = await loadBackbone(TINY_BACKBONE);
    const method = createMethod({ settings: { ...npg, insertionLayer: 2 }, backbone, trainSeed: 1 });
    const batch = await tinyBatch(backbone, null);
    expect(() => method.loss(batch, 1)).toThrow(
      'Expected `batch.hidden` to hold the output of layer 2, found nothing.',
    );
    backbone.dispose();
  });
});

describe('trainable parameters', () => {
  const large: BackboneConfig = {
    ...{ modelType: 'bert', architecture: 'encoder', activation: 'gelu', positionsSkipped: 0, typeVocabularySize: 2 },
    ...{ layers: 24, hiddenSize: 1024, heads: 16, intermediateSize: 4096, vocabularySize: 30522, maxPositions: 512 },
    ...{ embeddingSize: 1024, layerNormEps: 1e-12, hiddenDropout: 0.1, attentionDropout: 0.1 },
  };
  test('of npg are the paper’s 791,680 at width 1024, bottleneck 128 and length 5', () => {
    const settings = { ...npg, insertionLayer: 12, promptLength: 5, bottleneck: 128 };
    expect(countTrainable(settings, large)).toBe(791_680);
  });

  test('of full tuning are those of transformers’ BertForMaskedLM for BERT-base', () => {
    const base = { ...large, layers: 12, hiddenSize: 768, embeddingSize: 768, heads: 12, intermediateSize: 3072 };
    expect(countTrainable({ method: 'full-tuning' }, base)).toBe(109_514_298);
  });
});
