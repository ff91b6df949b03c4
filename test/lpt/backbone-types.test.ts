// Every type of backbone beside transformers' own implementation of it, on tiny random weights (scripts/fixtures).
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embed, type Backbone } from '../../lpt/backbone.ts';
import { runLayers } from '../../lpt/frozen-layers.ts';
import { linear } from '../../lpt/linear.ts';
import { createMethod } from '../../lpt/methods.ts';
import { toRows } from '../../lpt/positions.ts';
import { dropoutMask } from '../../lpt/random.ts';
import { tensorsOf } from '../../lpt/weights.ts';
import { descriptorOf } from '../../sweep/methods/index.ts';
import { LORA_TARGETS } from '../../sweep/methods/lora.ts';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import { loadBackbone } from '../../training/backbone.ts';
import { describeMethod } from '../contracts/method.ts';
import {
  expectHiddenStates,
  lossAndGradients,
  readBatchFixture,
  tinyBatch,
  tinyFolder,
  TINY_LABELS,
  type TinyBatch,
  type TinyName,
} from '../support/fixtures.ts';
import { expectSlopes } from '../support/slopes.ts';
import { expectClose, useTensorflow } from '../support/tensors.ts';

useTensorflow();

const NAMES: TinyName[] = ['roberta-tiny', 'distilbert-tiny', 'electra-tiny', 'gpt2-tiny'];

describe.each(NAMES)('%s', (name) => {
  let backbone: Backbone;
  let batch: TinyBatch;
  beforeAll(async () => {
    backbone = await loadBackbone(tinyFolder(name));
    batch = await tinyBatch(backbone, [0], name);
  });
  afterAll(() => backbone.dispose());

  test('has in every layer the hidden states of transformers', async () => {
    for (let layer = 0; layer <= backbone.config.layers; layer += 1) await expectHiddenStates(backbone, layer, name);
  });

  test('scores every word at the mask as transformers does', async () => {
    const { values } = await readBatchFixture(name);
    const method = createMethod({ settings: { method: 'zero-shot' }, backbone, trainSeed: 1, labels: TINY_LABELS });
    const everyWord = tf.range(0, backbone.config.vocabularySize, 1, 'int32');
    expectClose(method.scores(batch, everyWord), values('maskLogits').values, 1e-4);
  });

  test('has as many numbers as its formula says', () => {
    const numbers = tensorsOf(backbone.weights).reduce((sum, { size }) => sum + size, 0);
    const { trainable } = descriptorOf('full-tuning');
    expect(trainable({ method: 'full-tuning' }, { ...backbone.config, labels: TINY_LABELS })).toBe(numbers);
  });
});

describe('the backbone’s own dropout', () => {
  test('of DistilBERT leaves the attention’s output alone', async () => {
    const backbone = await loadBackbone(tinyFolder('distilbert-tiny'));
    const { tokenIds, texts } = await tinyBatch(backbone, [], 'distilbert-tiny');
    const lengths = texts.map(({ length }) => length);
    const run = (rates: Partial<Backbone['config']>, dropoutSeed: number | null) => {
      const one = { ...backbone, config: { ...backbone.config, ...rates } };
      return runLayers({ backbone: one, hidden: embed(one, tokenIds), lengths, from: 0, to: 1, dropoutSeed });
    };
    const off = { hiddenDropout: 0, attentionDropout: 0 };
    expectClose(run(off, 1), run(off, null).dataSync(), 1e-5);
    const dropping = run({ ...off, attentionOutputDropout: 0.5 }, 1);
    expect(Array.from(dropping.dataSync())).not.toEqual(Array.from(run(off, 1).dataSync()));
    backbone.dispose();
  });

  test('of ELECTRA drops what goes into the projection of the embeddings', async () => {
    const backbone = await loadBackbone(tinyFolder('electra-tiny'));
    const { tokenIds } = await tinyBatch(backbone, [], 'electra-tiny');
    const { projection, ...unprojected } = backbone.weights.embeddings;
    const narrow = { ...backbone, weights: { ...backbone.weights, embeddings: unprojected } };
    const normed = embed(narrow, tokenIds); // [B, T, E]
    const mask = dropoutMask('embeddings', 3, { size: normed.size, rate: backbone.config.embeddingDropout });
    const dropped = toRows(tf.mul(normed, tf.tensor(mask, normed.shape))); // [B·T, E]
    const embedded = embed(backbone, tokenIds, { dropoutSeed: 3 });
    expect(embedded.shape[2]).not.toBe(normed.shape[2]);
    expectClose(embedded, linear(dropped, projection!).dataSync(), 1e-5);
    backbone.dispose();
  });

  test.each<TinyName>(['electra-tiny', 'distilbert-tiny'])(
    'has the gradient of finite differences on %s',
    async (name) => {
      const backbone = await loadBackbone(tinyFolder(name));
      const settings = { method: 'full-tuning' } as const;
      const method = createMethod({ settings, backbone, trainSeed: 1, labels: TINY_LABELS, frozenDropout: true });
      const batch = await tinyBatch(backbone, method.inputLayers, name);
      const { gradients } = lossAndGradients(method, batch);
      expectSlopes(method.trained, gradients, () => tf.tidy(() => method.loss(batch, 1).dataSync()[0] ?? Number.NaN));
      method.dispose();
      backbone.dispose();
    },
  );
});

describe('a decoder', () => {
  const npg = { method: 'lpt', promptLength: 3, generator: 'npg', bottleneck: 6, dropout: 0.1 } as const;
  const none = { method: 'lpt', promptLength: 3, generator: 'none', initialisation: 'vocabulary' } as const;
  const idpg = {
    method: 's-idpg',
    generator: 'phm',
    division: 2,
    promptLength: 3,
    bottleneck: 6,
    dropout: 0.1,
  } as const;
  const prefix = { method: 'p-tuning-v2', promptLength: 3, dropout: 0.1 } as const;
  const lora = { method: 'lora', rank: 2, alpha: 3, dropout: 0.1 } as const;
  const SETTINGS: [string, MethodSettings][] = [
    ['late prompt tuning without generator', { ...none, insertionLayer: 1 }],
    ['late prompt tuning with npg', { ...npg, insertionLayer: 1 }],
    ['late prompt tuning with npg before the last layer', { ...npg, insertionLayer: 2 }],
    ['late prompt tuning with npg at two layers', { ...npg, insertionLayer: [1, 2] }],
    ['late prompt tuning with mppg', { ...npg, generator: 'mppg', insertionLayer: 1 }],
    ['late prompt tuning with appg', { ...npg, generator: 'appg', insertionLayer: 1 }],
    ['prompt tuning', { method: 'prompt-tuning', promptLength: 4, initialisation: 'normal' }],
    ['S-IDPG', idpg],
    ['P-tuning v2', { ...prefix, reparameterisation: 'none' }],
    ['P-tuning v2, reparameterised', { ...prefix, reparameterisation: 'mlp', bottleneck: 6 }],
    ['LoRA', { ...lora, targets: ['query', 'value'] }],
    ['LoRA on every matrix', { ...lora, targets: [...LORA_TARGETS] }],
    ['adapters', { method: 'adapter', bottleneck: 5 }],
    ['AdapterDrop', { method: 'adapter-drop', bottleneck: 5, droppedLayers: 1 }],
    ['BitFit', { method: 'bitfit', biases: 'all' }],
    ['BitFit of two kinds', { method: 'bitfit', biases: 'query-and-intermediate' }],
    ['a linear probe', { method: 'linear-probe' }],
    ['full tuning', { method: 'full-tuning' }],
    ['zero-shot', { method: 'zero-shot' }],
  ];
  for (const [title, settings] of SETTINGS) describeMethod(title, settings, 'gpt2-tiny');

  test('sees nothing of what comes after a position', async () => {
    const backbone = await loadBackbone(tinyFolder('gpt2-tiny'));
    const upTo = (ids: number[], count: number) => {
      const tokenIds = tf.tensor2d([ids], undefined, 'int32');
      const hidden = runLayers({ backbone, hidden: embed(backbone, tokenIds), lengths: [6], from: 0, to: 3 });
      return tf.slice(hidden, [0, 0, 0], [1, count, 16]);
    };
    const [one, other] = [upTo([5, 9, 20, 31, 7, 8], 4), upTo([5, 9, 20, 31, 200, 300], 4)];
    expectClose(one, other.dataSync(), 0);
    expect(upTo([5, 9, 20, 31, 7, 8], 5).dataSync()).not.toEqual(upTo([5, 9, 20, 31, 200, 300], 5).dataSync());
    backbone.dispose();
  });
});

describe('embeddings of another size than the hidden states', () => {
  describeMethod('full tuning', { method: 'full-tuning' }, 'electra-tiny');
});

describe('a backbone without token types', () => {
  describeMethod('full tuning', { method: 'full-tuning' }, 'distilbert-tiny');
});
