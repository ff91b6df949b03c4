// The committed numbers of an independent implementation (test/fixtures/README.md).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { z } from 'zod';
import { embed, type Backbone } from '../../lpt/backbone.ts';
import type { Batch } from '../../lpt/batch.ts';
import { runLayers } from '../../lpt/frozen-layers.ts';
import { readVectors } from '../../lpt/last-output.ts';
import type { Method } from '../../lpt/method.ts';
import { createMethod } from '../../lpt/methods.ts';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import { decodeSafetensors, type StoredTensor } from '../../training/safetensors.ts';
import { expectClose } from './tensors.ts';

const FOLDER = join(import.meta.dirname, '../fixtures');

/** One of each type of backbone. */
export const TINY_NAMES = ['bert-tiny', 'roberta-tiny', 'distilbert-tiny', 'electra-tiny', 'gpt2-tiny'] as const;
export type TinyName = (typeof TINY_NAMES)[number];

export const tinyFolder = (name: TinyName): string => join(FOLDER, name);
export const TINY_BACKBONE = tinyFolder('bert-tiny');

/** What was trained by PyTorch, on each of them. */
export const METHOD_FIXTURES = [
  'lpt-none',
  'lpt-npg',
  'lpt-npg-last-layer',
  'lpt-mppg',
  'lpt-appg',
  'lpt-two-layers',
  'lpt-two-layers-npg',
  'lpt-two-layers-mppg',
  'lpt-two-layers-appg',
  'prompt-tuning',
  'p-tuning-v2',
  'p-tuning-v2-mlp',
  's-idpg-dnn',
  's-idpg-phm',
  'lora',
  'lora-everywhere',
  'adapter',
  'adapter-drop',
  'bitfit',
  'bitfit-two-kinds',
  'linear-probe',
  'full-tuning',
] as const;
export type FixtureName = (typeof METHOD_FIXTURES)[number];
/** Every method on every type of backbone. */
export const FIXTURE_CASES = TINY_NAMES.flatMap((backbone) =>
  METHOD_FIXTURES.map((method) => [backbone, method] as const),
);

const batchSchema = z.object({
  tokenIds: z.array(z.array(z.int())),
  attentionMask: z.array(z.array(z.number())),
  maskPosition: z.array(z.int()),
  target: z.array(z.int()),
  label: z.array(z.int()),
  labelWordIds: z.array(z.int()),
});

const methodSchema = z.object({
  settings: z.custom<MethodSettings>(),
  loss: z.number(),
  losses: z.array(z.number()),
  gradientNorms: z.array(z.number()),
  training: z.object({
    steps: z.number(),
    learning_rate: z.number(),
    weight_decay: z.number(),
    warmup: z.number(),
    clip: z.number(),
  }),
});

const bertBaseSchema = z.object({
  sentence: z.string(),
  tokenIds: z.array(z.int()),
  maskPosition: z.int(),
  columnStep: z.int(),
  best: z.array(z.object({ token: z.string(), id: z.int(), logit: z.number() })),
});

interface Fixture<Record> {
  record: Record;
  /** @throws where the fixture has no such tensor */
  values: (name: string) => StoredTensor;
  /** Of all its tensors. */
  names: string[];
}

export const readBatchFixture = (name: TinyName = 'bert-tiny') => readFixture(`${name}.batch`, batchSchema);
export const readMethodFixture = (tiny: TinyName, name: FixtureName) =>
  readFixture(`methods/${tiny}/${name}`, methodSchema);
export const readBertBaseFixture = () => readFixture('bert-base-uncased', bertBaseSchema);

async function readFixture<Record>(name: string, schema: z.ZodType<Record>): Promise<Fixture<Record>> {
  const { tensors, metadata } = decodeSafetensors(await readFile(join(FOLDER, `${name}.safetensors`)));
  const values = (tensorName: string) => {
    const found = tensors[tensorName];
    if (found === undefined) throw new Error(`Expected \`${tensorName}\` in the fixture ${name}, found none.`);
    return found;
  };
  return { record: schema.parse(JSON.parse(metadata['record'] ?? '{}')), values, names: Object.keys(tensors) };
}

export interface TinyBatch extends Batch {
  labelWordIds: tf.Tensor1D;
}

/** How many labels the fixtures' batches have. */
export const TINY_LABELS = 3;

/** The method of a fixture, with the fixture's initial values. */
export async function fixtureMethod([tiny, name]: readonly [TinyName, FixtureName], backbone: Backbone) {
  const fixture = await readMethodFixture(tiny, name);
  const method = createMethod({ settings: fixture.record.settings, backbone, trainSeed: 1, labels: TINY_LABELS });
  // Full tuning starts from the backbone.
  for (const { name: variableName, variable } of name === 'full-tuning' ? [] : method.trained) {
    const initial = fixture.values(`initial.${variableName}`);
    const values = tf.tensor(initial.values, initial.shape);
    variable.assign(values);
    values.dispose();
  }
  return { ...fixture, method };
}

/** The batch of a fixture, with the hidden states that a method reads. */
export async function tinyBatch(
  backbone: Backbone,
  inputLayers: readonly number[],
  name: TinyName = 'bert-tiny',
): Promise<TinyBatch> {
  const { record } = await readBatchFixture(name);
  const texts = record.attentionMask.map((row, index) => {
    return { length: row.filter((real) => real === 1).length, maskPosition: record.maskPosition[index]! };
  });
  const batch = {
    texts,
    tokenIds: tf.tensor2d(record.tokenIds, undefined, 'int32'),
    maskPosition: tf.tensor1d(record.maskPosition, 'int32'),
    target: tf.tensor1d(record.target, 'int32'),
    label: tf.tensor1d(record.label, 'int32'),
    labelWordIds: tf.tensor1d(record.labelWordIds, 'int32'),
  };
  if (inputLayers.length === 0) return batch;
  const { architecture, layers } = backbone.config;
  const hidden = inputLayers.map((layer) => {
    const all = hiddenStates(backbone, batch, layer);
    return [layer, layer === layers ? tf.tidy(() => readVectors(architecture, all, texts)) : all] as const;
  });
  return { ...batch, hidden: Object.fromEntries(hidden) };
}

/** H_to of a batch. */
export function hiddenStates(
  backbone: Backbone,
  { tokenIds, texts }: Pick<Batch, 'tokenIds' | 'texts'>,
  to: number,
): tf.Tensor3D {
  const lengths = texts.map(({ length }) => length);
  return tf.tidy(() => runLayers({ backbone, hidden: embed(backbone, tokenIds), lengths, from: 0, to }));
}

/** At the real positions: padding is not computed. */
export async function expectHiddenStates(backbone: Backbone, layer: number, name: TinyName = 'bert-tiny') {
  const { values, record } = await readBatchFixture(name);
  const batch = await tinyBatch(backbone, [], name);
  const real = tf.expandDims(tf.tensor2d(record.attentionMask), 2); // [B, T, 1]
  const { values: expected, shape } = values(`hidden.${layer}`);
  const found = tf.mul(hiddenStates(backbone, batch, layer), real);
  expectClose(found, tf.mul(tf.tensor(expected, shape), real).dataSync(), 1e-4);
}

export interface LossAndGradients {
  loss: number;
  /** Variable's name → gradient. */
  gradients: Map<string, tf.Tensor>;
}

export function lossAndGradients(method: Method, batch: Batch, dropoutSeed = 1): LossAndGradients {
  const variables = method.trained.map(({ variable }) => variable);
  const { value, grads } = tf.variableGrads(() => method.loss(batch, dropoutSeed), variables);
  const [loss = Number.NaN] = value.dataSync<'float32'>();
  value.dispose();
  const gradients = method.trained.map(({ name, variable }): [string, tf.Tensor] => [name, grads[variable.name]!]);
  return { loss, gradients: new Map(gradients) };
}

/** Of keys and values only the values: attention does not depend on the keys' bias, whose gradient is rounding. */
export function expectGradients(
  { gradients }: LossAndGradients,
  { values, names }: Pick<Fixture<unknown>, 'values' | 'names'>,
): void {
  const expectedNames = names.filter((name) => name.startsWith('gradient.'));
  expect([...gradients.keys()].map((name) => `gradient.${name}`).sort()).toEqual(expectedNames.sort());
  for (const [name, gradient] of gradients) {
    const expected = values(`gradient.${name}`).values;
    const from = name.endsWith('keyValue.bias') ? expected.length / 2 : 0;
    expectClose(gradient.dataSync<'float32'>().slice(from), expected.slice(from), 1e-4);
  }
}
