// What a step is reckoned to hold beside what it is measured to hold: of too little a trainer would die, of too much it would
// refuse trials that fit.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Backbone } from '../../lpt/backbone.ts';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import { scoringBytes, stepBytes } from '../../sweep/step-memory.ts';
import type { TrainingSettings } from '../../sweep/training.ts';
import { loadBackbone } from '../../training/backbone.ts';
import { disposeBatch, longestTexts } from '../../training/batches.ts';
import { trainStep } from '../../training/step.ts';
import { tinyFolder, type TinyName } from '../support/fixtures.ts';
import { disposeRider, riderOn, stepAlone, stepTogether, type TestRider } from '../support/riders.ts';
import { useTensorflow } from '../support/tensors.ts';

useTensorflow();

/** The tiny backbones are so narrow that what does not grow with the width counts as much as what does. */
const MOST = 4;
const BATCH_SIZE = 24;

const generated = { bottleneck: 8, dropout: 0.1 } as const;
const late = { method: 'lpt', promptLength: 3 } as const;
const METHODS: MethodSettings[] = [
  { ...late, insertionLayer: 1, generator: 'none', initialisation: 'normal' },
  { ...late, insertionLayer: [1, 2], promptLength: 10, generator: 'none', initialisation: 'normal' },
  { ...late, insertionLayer: 1, generator: 'npg', ...generated },
  { ...late, insertionLayer: 2, promptLength: 20, generator: 'mppg', ...generated },
  { ...late, insertionLayer: 1, promptLength: 5, generator: 'appg', ...generated },
  { method: 'prompt-tuning', promptLength: 20, initialisation: 'normal' },
  { method: 'p-tuning-v2', promptLength: 5, reparameterisation: 'none', dropout: 0.1 },
  { method: 's-idpg', promptLength: 5, generator: 'dnn', ...generated },
  { method: 'lora', rank: 2, alpha: 4, targets: ['query', 'value'], dropout: 0.1 },
  {
    ...{ method: 'lora', rank: 2, alpha: 4, dropout: 0.1 },
    targets: ['query', 'key', 'value', 'attentionOutput', 'intermediate', 'output'],
  },
  { method: 'adapter', bottleneck: 8 },
  { method: 'adapter-drop', bottleneck: 8, droppedLayers: 1 },
  { method: 'bitfit', biases: 'all' },
  { method: 'full-tuning' },
];

describe.each<TinyName>(['bert-tiny', 'distilbert-tiny', 'gpt2-tiny'])('on %s', (name) => {
  test.each(METHODS)(
    'a step holds no more than is reckoned, and that is not far from it: $method %#',
    async (method) => {
      const backbone = await open(name);
      for (const frozenDropout of [false, true]) await expectReckoned(backbone, method, { frozenDropout });
    },
  );

  test('a joint step holds no more than the steps of its trials together', async () => {
    const backbone = await open(name);
    const riders = METHODS.slice(0, 4).map((method) => riderOf(backbone, method));
    const reckoned = riders.reduce((sum, rider) => sum + reckon(rider, backbone), 0);
    const held = await peakOf(() => stepTogether(backbone, riders));
    expect(held).toBeLessThanOrEqual(reckoned);
    expect(reckoned).toBeLessThanOrEqual(MOST * held);
  });

  test('a step in halves holds half of its texts, and all of its gradients twice', async () => {
    const backbone = await open(name);
    // Of two texts the gradients take more than all that is computed.
    const rider = riderOf(backbone, { method: 'full-tuning' }, { batchSize: 2 });
    const texts = longestTexts(rider.inputs.examples, 2);
    const whole = stepBytes(rider.trial, texts, backbone.config);
    const held = await peakOf(() => stepInHalves(rider));
    const reckoned = stepBytes(rider.trial, { ...texts, parts: 2 }, backbone.config);
    expect(held).toBeLessThanOrEqual(reckoned);
    expect(held).toBeGreaterThan(whole / 2);
    expect(reckoned).toBeLessThanOrEqual(MOST * held);
  });

  test('scoring holds no more than is reckoned', async () => {
    const backbone = await open(name);
    const rider = riderOf(backbone, { method: 'zero-shot' });
    const batch = rider.inputs.batch(rider.order.at(0));
    const words = tf.tensor1d([5, 6], 'int32');
    onTestFinished(() => {
      disposeBatch(batch);
      words.dispose();
    });
    const held = await peakOf(() => rider.state.method.scores(batch, words).dispose());
    expect(held).toBeLessThanOrEqual(scoringBytes(rider.trial, textsOf(rider), backbone.config));
  });
});

test('a place where an architecture drops nothing is not reckoned', async () => {
  const backbone = await open('bert-tiny');
  const tuning = { method: 'prompt-tuning', promptLength: 20, initialisation: 'normal' } as const;
  const measure = async (attentionOutputDropout: number) => {
    const like = { ...backbone, config: { ...backbone.config, attentionOutputDropout } };
    const rider = riderOf(like, tuning, { frozenDropout: true });
    return { held: await peakOf(() => stepAlone(rider)), reckoned: reckon(rider, like) };
  };
  // As DistilBERT has it, and as BERT.
  const [less, more] = [await measure(0), await measure(0.1)];
  expect(less.reckoned).toBeGreaterThan(less.held);
  expect(more.reckoned - less.reckoned).toBeGreaterThan(more.held - less.held);
  expect(more.reckoned - less.reckoned).toBeLessThan(2 * (more.held - less.held));
});

async function open(name: TinyName): Promise<Backbone> {
  const backbone = await loadBackbone(tinyFolder(name));
  onTestFinished(() => backbone.dispose());
  return backbone;
}

function riderOf(backbone: Backbone, method: MethodSettings, training: Partial<TrainingSettings> = {}): TestRider {
  const rider = riderOn(backbone, { method, training: { batchSize: BATCH_SIZE, ...training } });
  onTestFinished(() => disposeRider(rider));
  return rider;
}

async function expectReckoned(
  backbone: Backbone,
  method: MethodSettings,
  training: Partial<TrainingSettings>,
): Promise<void> {
  const rider = riderOf(backbone, method, training);
  const held = await peakOf(() => stepAlone(rider));
  const reckoned = reckon(rider, backbone);
  expect(held, JSON.stringify(training)).toBeLessThanOrEqual(reckoned);
  expect(reckoned, JSON.stringify(training)).toBeLessThanOrEqual(MOST * held);
}

async function stepInHalves({ state, trial, inputs, order }: TestRider): Promise<void> {
  const indices = order.at(state.step);
  const count = indices.length / 2;
  const halves = [0, count].map((first) => {
    return { batch: inputs.batch(indices.slice(first, first + count)), first, count, share: 0.5 };
  });
  await trainStep(state, halves, { trial });
  for (const { batch } of halves) disposeBatch(batch);
}

/** Bytes of tensors at the end of the hungriest kernel, above those there were. A first run makes what stays. */
async function peakOf(run: () => unknown): Promise<number> {
  await run();
  const before = tf.memory().numBytes;
  const { kernels } = await tf.profile(async () => {
    await run();
    return tf.scalar(0);
  });
  return Math.max(...kernels.map(({ totalBytesSnapshot }) => totalBytesSnapshot)) - before;
}

function reckon(rider: TestRider, backbone: Backbone): number {
  return stepBytes(rider.trial, textsOf(rider), backbone.config);
}

/** A batch is all of them. */
function textsOf({ inputs: { examples } }: TestRider) {
  const lengths = examples.map(({ tokenIds }) => tokenIds.length);
  return {
    count: lengths.length,
    tokens: lengths.reduce((sum, length) => sum + length, 0),
    longest: Math.max(...lengths),
  };
}
