// A decoder's layer put together from steps beside the layer that is one step, and the backbone's own dropout in it.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embed, layerAt, type Backbone } from '../../lpt/backbone.ts';
import { runComposedDecoderLayer } from '../../lpt/composed-decoder-layer.ts';
import { runDecoderLayer } from '../../lpt/decoder-layer.ts';
import { runLayers } from '../../lpt/frozen-layers.ts';
import { createMethod } from '../../lpt/methods.ts';
import { normals } from '../../lpt/random.ts';
import { tunedCopy } from '../../lpt/tuned-copy.ts';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import { loadBackbone } from '../../training/backbone.ts';
import { lossAndGradients, TINY_LABELS, tinyBatch, tinyFolder } from '../support/fixtures.ts';
import { gradientsOfRows, layerRows, type LayerTexts } from '../support/packed-layers.ts';
import { expectSlopes } from '../support/slopes.ts';
import { expectClose, useTensorflow } from '../support/tensors.ts';

useTensorflow();

let backbone: Backbone;
beforeAll(async () => {
  backbone = await loadBackbone(tinyFolder('gpt2-tiny'));
});
afterAll(() => backbone.dispose());

const random = (name: string, length: number) =>
  tf.variable<tf.Rank.R3>(tf.tensor3d(normals({ seed: 5, name }, 2 * length * 16), [2, length, 16]));
const CASES: [string, () => LayerTexts][] = [
  ['from its input', () => ({ hidden: random('h', 6), lengths: [6, 4] })],
  ['with a prompt in front', () => ({ hidden: random('h', 6), prompt: random('p', 3), lengths: [6, 4] })],
  ['at the last position', () => ({ hidden: random('h', 6), lengths: [6, 4], readAt: [5, 3] })],
  [
    'with a prompt in front, at the last position',
    () => ({ hidden: random('h', 6), prompt: random('p', 3), lengths: [6, 4], readAt: [5, 3] }),
  ],
];

test.each(CASES)('without changes the composed layer is the layer, %s', (_what, create) => {
  const layer = layerAt(backbone, 1);
  const texts = create();
  const variable = texts.prompt ?? texts.hidden;
  const single = gradientsOfRows([variable], () => runDecoderLayer(layer, layerRows(texts), 'input'));
  const composed = gradientsOfRows([variable], () => runComposedDecoderLayer(layer, layerRows(texts)));
  expectClose(composed.value, single.value.dataSync<'float32'>(), 1e-5);
  expectClose(composed.grads[variable.name]!, single.grads[variable.name]!.dataSync<'float32'>(), 1e-5);
});

test.each(CASES)('without changes the composed layer has the layer’s gradients of its weights, %s', (_what, create) => {
  const copy = tunedCopy(backbone, () => true);
  const layer = layerAt(copy.backbone, 2);
  const variables = copy.trained.filter(({ name }) => name.startsWith('layers.2.')).map(({ variable }) => variable);
  const { hidden, lengths, readAt } = create();
  const texts = { hidden, lengths, ...(readAt && { readAt }) };
  const run = () => runDecoderLayer(layer, layerRows(texts), 'input and weights');
  const single = gradientsOfRows(variables, run).grads;
  const composed = gradientsOfRows(variables, () => runComposedDecoderLayer(layer, layerRows(texts)));
  for (const { name } of variables) {
    expectClose(composed.grads[name]!, single[name]!.dataSync<'float32'>(), 2e-5);
  }
});

const METHODS: MethodSettings[] = [
  { method: 'lpt', insertionLayer: 1, promptLength: 3, generator: 'npg', bottleneck: 6, dropout: 0.1 },
  { method: 'lora', rank: 2, alpha: 3, targets: ['query', 'value'], dropout: 0.1 },
  { method: 'full-tuning' },
];

describe.each(METHODS.map((settings) => [settings.method, settings] as const))(
  'dropout in the layers of %s',
  (_, settings) => {
    const create = (rates: Partial<Backbone['config']> = {}) => {
      const dropping = { ...backbone, config: { ...backbone.config, ...rates } };
      return createMethod({ settings, backbone: dropping, trainSeed: 1, labels: TINY_LABELS, frozenDropout: true });
    };

    test('changes the loss with its seed, repeats it with the same, and never touches scores', async () => {
      const method = create();
      const without = createMethod({ settings, backbone, trainSeed: 1, labels: TINY_LABELS });
      const batch = await tinyBatch(backbone, method.inputLayers, 'gpt2-tiny');
      const lossOf = (seed: number) => tf.tidy(() => method.loss(batch, seed).dataSync()[0]);
      expect(lossOf(1)).toBe(lossOf(1));
      expect(lossOf(1)).not.toBe(lossOf(2));
      const scores = [method, without].map((one) => Array.from(one.scores(batch, batch.labelWordIds).dataSync()));
      expect(scores[0]).toEqual(scores[1]);
      method.dispose();
      without.dispose();
    });

    test.each(['hiddenDropout', 'attentionOutputDropout', 'attentionDropout'] as const)(
      'runs at the rate of %s alone',
      async (rate) => {
        const off = { embeddingDropout: 0, hiddenDropout: 0, attentionOutputDropout: 0, attentionDropout: 0 };
        const [method, none] = [create({ ...off, [rate]: 0.5 }), create(off)];
        const batch = await tinyBatch(backbone, method.inputLayers, 'gpt2-tiny');
        expect(lossAndGradients(method, batch).loss).not.toBeCloseTo(lossAndGradients(none, batch).loss, 3);
        method.dispose();
        none.dispose();
      },
    );

    test('has the gradient that finite differences find', async () => {
      const method = create();
      const batch = await tinyBatch(backbone, method.inputLayers, 'gpt2-tiny');
      const { gradients } = lossAndGradients(method, batch);
      expectSlopes(method.trained, gradients, () => tf.tidy(() => method.loss(batch, 1).dataSync()[0] ?? Number.NaN));
      method.dispose();
    });
  },
);

test('dropout below the prompt changes hidden states with its seed, and at the rate of embeddingDropout alone', async () => {
  const { tokenIds, texts } = await tinyBatch(backbone, [], 'gpt2-tiny');
  const lengths = texts.map(({ length }) => length);
  const rates = { embeddingDropout: 0.5, hiddenDropout: 0, attentionOutputDropout: 0, attentionDropout: 0 };
  const embedsOnly = { ...backbone, config: { ...backbone.config, ...rates } };
  const run = (one: Backbone, dropoutSeed: number | null, to: number) => {
    const hidden = embed(one, tokenIds, { dropoutSeed });
    return Array.from(runLayers({ backbone: one, hidden, lengths, from: 0, to, dropoutSeed }).dataSync());
  };
  for (const one of [backbone, embedsOnly]) {
    for (const layer of [0, 1, 3]) {
      expect(run(one, 1, layer)).toEqual(run(one, 1, layer));
      expect(run(one, 1, layer)).not.toEqual(run(one, 2, layer));
      expect(run(one, 1, layer)).not.toEqual(run(one, null, layer));
    }
  }
});
