// The layer put together from steps beside the layer that is one step, and the backbone's own dropout in it.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embed, layerAt, type Backbone } from '../../lpt/backbone.ts';
import { runComposedLayer } from '../../lpt/composed-layer.ts';
import { runEncoderLayer } from '../../lpt/encoder-layer.ts';
import { runLayers } from '../../lpt/frozen-layers.ts';
import { createMethod } from '../../lpt/methods.ts';
import { normals } from '../../lpt/random.ts';
import { tunedCopy } from '../../lpt/tuned-copy.ts';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import { loadBackbone } from '../../training/backbone.ts';
import { lossAndGradients, TINY_BACKBONE, TINY_LABELS, tinyBatch } from '../support/fixtures.ts';
import { gradientsOfRows, layerRows, type LayerTexts } from '../support/packed-layers.ts';
import { expectSlopes } from '../support/slopes.ts';
import { expectClose, useTensorflow } from '../support/tensors.ts';

useTensorflow();

let backbone: Backbone;
beforeAll(async () => {
  backbone = await loadBackbone(TINY_BACKBONE);
});
afterAll(() => backbone.dispose());

const SHAPE: [number, number, number] = [2, 6, 32];
const random = (name: string, shape: [number, number, number]) =>
  tf.variable<tf.Rank.R3>(tf.tensor3d(normals({ seed: 5, name }, shape[0] * shape[1] * shape[2]), shape));
const hidden = () => random('h', SHAPE);
const CASES: [string, () => LayerTexts][] = [
  ['from its input', () => ({ hidden: hidden(), lengths: [6, 4] })],
  ['with a prompt in front', () => ({ hidden: hidden(), prompt: random('p', [2, 3, 32]), lengths: [6, 4] })],
  ['at one position', () => ({ hidden: hidden(), lengths: [6, 5], readAt: [2, 4] })],
  [
    'at one position, with a prompt in front',
    () => ({ hidden: hidden(), prompt: random('p', [2, 3, 32]), lengths: [6, 5], readAt: [2, 4] }),
  ],
];

describe('without changes the composed layer is the layer', () => {
  test.each(CASES)('%s, forward and backward', (_what, create) => {
    const layer = layerAt(backbone, 1);
    const texts = create();
    const variable = texts.prompt ?? texts.hidden;
    const single = gradientsOfRows([variable], () => runEncoderLayer(layer, layerRows(texts), 'input'));
    const composed = gradientsOfRows([variable], () => runComposedLayer(layer, layerRows(texts)));
    expectClose(composed.value, single.value.dataSync<'float32'>(), 5e-5); // a sum in which much cancels out
    expectClose(composed.grads[variable.name]!, single.grads[variable.name]!.dataSync<'float32'>(), 1e-5);
    const inferred = runEncoderLayer(layer, layerRows(texts), 'nothing');
    expectClose(runComposedLayer(layer, layerRows(texts)), inferred.dataSync<'float32'>(), 1e-5);
  });

  test.each(CASES)('%s, in each of its weights, where they are trained', (_what, create) => {
    const copy = tunedCopy(backbone, () => true);
    const layer = layerAt(copy.backbone, 2);
    const variables = copy.trained.filter(({ name }) => name.startsWith('layers.2.')).map(({ variable }) => variable);
    const { hidden: text, lengths, readAt } = create();
    const texts = { hidden: text, lengths, ...(readAt && { readAt }) };
    const single = gradientsOfRows(variables, () => runEncoderLayer(layer, layerRows(texts), 'input and weights'));
    const composed = gradientsOfRows(variables, () => runComposedLayer(layer, layerRows(texts)));
    for (const { name } of variables) {
      expectClose(composed.grads[name]!, single.grads[name]!.dataSync<'float32'>(), 2e-5);
    }
  });
});

const METHODS: MethodSettings[] = [
  { method: 'lpt', insertionLayer: 2, promptLength: 3, generator: 'npg', bottleneck: 6, dropout: 0.1 },
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
      const batch = await tinyBatch(backbone, method.inputLayers);
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
        const off = { hiddenDropout: 0, attentionOutputDropout: 0, attentionDropout: 0 };
        const [method, none] = [create({ ...off, [rate]: 0.5 }), create(off)];
        const batch = await tinyBatch(backbone, method.inputLayers);
        const lossOf = (one: typeof method) => lossAndGradients(one, batch).loss;
        expect(lossOf(method)).not.toBeCloseTo(lossOf(none), 3);
        method.dispose();
        none.dispose();
      },
    );

    test('has the gradient that finite differences find', async () => {
      const method = create();
      const batch = await tinyBatch(backbone, method.inputLayers);
      const { gradients: all } = lossAndGradients(method, batch);
      const lossOf = () => tf.tidy(() => method.loss(batch, 1).dataSync()[0] ?? Number.NaN);
      expectSlopes(method.trained, all, lossOf);
      method.dispose();
    });
  },
);

test('dropout below the prompt changes hidden states with its seed, in each layer otherwise', async () => {
  const { tokenIds, texts } = await tinyBatch(backbone, []);
  const lengths = texts.map(({ length }) => length);
  const run = (dropoutSeed: number | null, to: number) => {
    const hidden = embed(backbone, tokenIds, { dropoutSeed });
    return Array.from(runLayers({ backbone, hidden, lengths, from: 0, to, dropoutSeed }).dataSync());
  };
  for (const layer of [0, 1, 3]) {
    expect(run(1, layer)).toEqual(run(1, layer));
    expect(run(1, layer)).not.toEqual(run(2, layer));
    expect(run(1, layer)).not.toEqual(run(null, layer));
  }
});
