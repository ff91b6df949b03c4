import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backbone } from '../../lpt/backbone.ts';
import { createMethod } from '../../lpt/methods.ts';
import type { Sizes } from '../../sweep/methods/descriptor.ts';
import { descriptorOf } from '../../sweep/methods/index.ts';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import { loadBackbone } from '../../training/backbone.ts';
import {
  expectGradients,
  fixtureMethod,
  lossAndGradients,
  METHOD_FIXTURES,
  TINY_BACKBONE,
  TINY_NAMES,
  tinyBatch,
  tinyFolder,
} from '../support/fixtures.ts';
import { expectClose, useTensorflow } from '../support/tensors.ts';
import * as tf from '@tensorflow/tfjs-core';

useTensorflow();

const npg = { method: 'lpt', promptLength: 3, generator: 'npg', bottleneck: 6, dropout: 0.1 } as const;
const none = { method: 'lpt', promptLength: 3, generator: 'none', initialisation: 'normal' } as const;
const create = (settings: MethodSettings, backbone: Backbone) =>
  createMethod({ settings, backbone, trainSeed: 1, labels: 2 });

describe.each(TINY_NAMES)('on %s, as in PyTorch', (tiny) => {
  let backbone: Backbone;
  beforeAll(async () => {
    backbone = await loadBackbone(tinyFolder(tiny));
  });
  afterAll(() => backbone.dispose());

  test.each(METHOD_FIXTURES)('%s has the same loss, gradients and scores', async (name) => {
    const { record, values, names, method } = await fixtureMethod([tiny, name], backbone);
    const batch = await tinyBatch(backbone, method.inputLayers, tiny);
    const found = lossAndGradients(method, batch);
    expectClose([found.loss], [record.loss], 1e-5);
    expectGradients(found, { values, names });
    expectClose(method.scores(batch, batch.labelWordIds), values('scores').values, 1e-4);
    method.dispose();
  });
});

describe('the dropout after a generator', () => {
  test('changes the loss with its seed and leaves the scores alone', async () => {
    const backbone = await loadBackbone(TINY_BACKBONE);
    const method = create({ ...npg, insertionLayer: 1, dropout: 0.5 }, backbone);
    const batch = await tinyBatch(backbone, [1]);
    expect(lossAndGradients(method, batch, 1).loss).not.toBe(lossAndGradients(method, batch, 2).loss);
    const without = create({ ...npg, insertionLayer: 1, dropout: 0 }, backbone);
    const scores = [method, without].map((one) => Array.from(one.scores(batch, batch.labelWordIds).dataSync()));
    expect(scores[0]).toEqual(scores[1]);
    backbone.dispose();
  });
});

test.each([{ reparameterisation: 'none' }, { reparameterisation: 'mlp', bottleneck: 6 }] as const)(
  'each example of a batch drops numbers of its own of the prefix, $reparameterisation',
  async (way) => {
    const backbone = await loadBackbone(TINY_BACKBONE);
    const method = create({ method: 'p-tuning-v2', promptLength: 3, dropout: 0.5, ...way }, backbone);
    const batch = await tinyBatch(backbone, [0]);
    const count = batch.texts.length;
    // The same texts at other places of one and the same step.
    const lossFrom = (first: number) =>
      tf.tidy(() => method.loss(batch, { seed: 1, first, count }).dataSync<'float32'>()[0]);
    expect(lossFrom(0)).toBe(tf.tidy(() => method.loss(batch, 1).dataSync<'float32'>()[0]));
    expect(lossFrom(count)).not.toBe(lossFrom(0));
    backbone.dispose();
  },
);

test('a prompt that starts from the vocabulary is rows of ordinary words, told by the training seed', async () => {
  const backbone = await loadBackbone(TINY_BACKBONE);
  const ordinaryWordIds = [20, 30, 40, 50, 60];
  const table = (trainSeed: number) => {
    const settings = { method: 'prompt-tuning', promptLength: 4, initialisation: 'vocabulary' } as const;
    const [prompt] = createMethod({ settings, backbone, trainSeed, labels: 2, ordinaryWordIds }).trained;
    return tf.unstack(prompt!.variable).map((row) => Array.from(row.dataSync()));
  };
  const words = tf.unstack(tf.gather(backbone.weights.embeddings.word, ordinaryWordIds));
  const rows = words.map((row) => Array.from(row.dataSync()));
  for (const row of table(1)) expect(rows).toContainEqual(row);
  expect(table(1)).toEqual(table(1));
  expect(table(1)).not.toEqual(table(2));
  const settings = { ...none, insertionLayer: 1, initialisation: 'vocabulary' } as const;
  expect(() => create(settings, backbone)).toThrow('Expected the ids of ordinary words');
  backbone.dispose();
});

test('LoRA starts from the backbone itself', async () => {
  const backbone = await loadBackbone(TINY_BACKBONE);
  const batch = await tinyBatch(backbone, [0]);
  const lora = create({ method: 'lora', rank: 2, alpha: 4, targets: ['query', 'value'], dropout: 0 }, backbone);
  const zeroShot = create({ method: 'zero-shot' }, backbone);
  const [found, expected] = [lora, zeroShot].map((method) => method.scores(batch, batch.labelWordIds).dataSync());
  expectClose(found!, expected!, 1e-6);
  backbone.dispose();
});

describe('settings that cannot be', () => {
  test.each([
    [{ ...npg, insertionLayer: 0 }, 'from 1 to 3 (generator npg) or an ascending list of them, found 0'],
    [{ ...npg, insertionLayer: 4 }, 'from 1 to 3 (generator npg) or an ascending list of them, found 4'],
    [{ ...none, insertionLayer: -1 }, 'from 0 to 3 (generator none) or an ascending list of them, found -1'],
    [{ ...none, insertionLayer: [2, 1] }, 'or an ascending list of them, found 2, 1'],
  ] as [MethodSettings, string][])(
    'an insertion layer outside the backbone is refused by name (%#)',
    async (settings, message) => {
      const backbone = await loadBackbone(TINY_BACKBONE);
      expect(() => create(settings, backbone)).toThrow(message);
      backbone.dispose();
    },
  );

  test('a batch without the hidden states that a method starts from is refused', async () => {
    const backbone = await loadBackbone(TINY_BACKBONE);
    const method = create({ ...npg, insertionLayer: 2 }, backbone);
    const [none, other] = [await tinyBatch(backbone, []), await tinyBatch(backbone, [1])];
    const expected = 'Expected `batch.hidden` to hold the output of layer 2, found';
    expect(() => method.loss(none, 1)).toThrow(`${expected} nothing.`);
    expect(() => method.loss(other, 1)).toThrow(`${expected} that of 1.`);
    backbone.dispose();
  });
});

describe('trainable parameters', () => {
  const large: Sizes = {
    ...{ architecture: 'encoder', typeVocabularySize: 2 },
    ...{ layers: 24, hiddenSize: 1024, heads: 16, intermediateSize: 4096, vocabularySize: 30522, maxPositions: 512 },
    ...{ embeddingSize: 1024, labels: 2, hiddenDropout: 0.1, attentionOutputDropout: 0.1, attentionDropout: 0.1 },
  };
  const base = { ...large, layers: 12, hiddenSize: 768, embeddingSize: 768, heads: 12, intermediateSize: 3072 };
  const count = (settings: MethodSettings, sizes = large) => descriptorOf(settings.method).trainable(settings, sizes);
  const at12 = { ...npg, insertionLayer: 12, promptLength: 5, bottleneck: 128 };

  test.each<[string, MethodSettings, number]>([
    ['npg are the paper’s 791,680 at width 1024, bottleneck 128 and length 5', at12, 791_680],
    ['mppg are the paper’s 263,296', { ...at12, generator: 'mppg' }, 263_296],
    ['appg are the paper’s 263,296 at any length', { ...at12, generator: 'appg', promptLength: 20 }, 263_296],
    ['npg at two layers are twice those at one', { ...at12, insertionLayer: [6, 12] }, 2 * 791_680],
    // Wu et al. 2022: m(d + 1) + t·d(m + 1) with d = 1024, t = 5, m = 256, about 1.5 million.
    [
      'S-IDPG with a plain network are those of its paper',
      { method: 's-idpg', generator: 'dnn', promptLength: 5, bottleneck: 256, dropout: 0.1 },
      256 * 1025 + 5120 * 257,
    ],
    // Hu et al. 2022, table 2: 0.8 million for RoBERTa-large with r = 8 on query and value.
    [
      'LoRA are those of its paper',
      { method: 'lora', rank: 8, alpha: 16, targets: ['query', 'value'], dropout: 0 },
      24 * 2 * 8 * 2048,
    ],
    // Ben Zaken et al. 2022: 0.08 % of BERT-large's 335 million.
    ['BitFit are 11 D a layer', { method: 'bitfit', biases: 'all' }, 24 * 11 * 1024],
  ])('of %s', (_what, settings, expected) => {
    expect(count(settings)).toBe(expected);
  });

  test('of full tuning are those of transformers’ BertForMaskedLM for BERT-base', () => {
    expect(count({ method: 'full-tuning' }, base)).toBe(109_514_298);
  });
});
