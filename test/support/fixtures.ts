// The committed numbers of an independent implementation (test/fixtures/README.md).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { embed, runLayers, type Backbone } from '../../lpt/backbone.ts';
import type { Batch, Method } from '../../lpt/method.ts';
import { createMethod } from '../../lpt/methods.ts';
import type { MethodSettings } from '../../sweep/trial.ts';
import { decodeSafetensors, type StoredTensor } from '../../training/safetensors.ts';
import { expectClose } from './tensors.ts';

const FOLDER = join(import.meta.dirname, '../fixtures');

export type TinyName = 'bert-tiny' | 'roberta-tiny' | 'distilbert-tiny' | 'electra-tiny' | 'gpt2-tiny';

export const tinyFolder = (name: TinyName): string => join(FOLDER, name);
export const TINY_BACKBONE = tinyFolder('bert-tiny');

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
/** Methods on backbones of other types. */
export const TYPE_FIXTURES: readonly (readonly [TinyName, string])[] = [
  ['roberta-tiny', 'lpt-npg'],
  ['roberta-tiny', 'lpt-npg-last-layer'],
  ['roberta-tiny', 'prompt-tuning'],
  ['gpt2-tiny', 'lpt-npg'],
  ['gpt2-tiny', 'lpt-npg-last-layer'],
  ['gpt2-tiny', 'prompt-tuning'],
  ['gpt2-tiny', 'p-tuning-v2'],
  ['gpt2-tiny', 'p-tuning-v2-mlp'],
  ['gpt2-tiny', 'lora'],
  ['gpt2-tiny', 'lora-everywhere'],
  ['gpt2-tiny', 'adapter'],
  ['gpt2-tiny', 'adapter-drop'],
  ['gpt2-tiny', 'bitfit'],
  ['gpt2-tiny', 'bitfit-two-kinds'],
  ['gpt2-tiny', 'linear-probe'],
  ['gpt2-tiny', 'full-tuning'],
  ['electra-tiny', 'full-tuning'],
];
/** All of them: backbone, method, and the file's name for `fixtureMethod`. */
export const FIXTURE_CASES = [
  ...METHOD_FIXTURES.map((name) => ['bert-tiny', name, name] as const),
  ...TYPE_FIXTURES.map(([backbone, name]) => [backbone, name, `${backbone}/${name}`] as const),
];

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
}

export const readBatchFixture = (name: TinyName = 'bert-tiny') => readFixture(`${name}.batch`, batchSchema);
export const readMethodFixture = (name: string) => readFixture(`methods/${name}`, methodSchema);
export const readBertBaseFixture = () => readFixture('bert-base-uncased', bertBaseSchema);

async function readFixture<Record>(name: string, schema: z.ZodType<Record>): Promise<Fixture<Record>> {
  const { tensors, metadata } = decodeSafetensors(await readFile(join(FOLDER, `${name}.safetensors`)));
  const values = (tensorName: string) => {
    const found = tensors[tensorName];
    if (found === undefined) throw new Error(`Expected \`${tensorName}\` in the fixture ${name}, found none.`);
    return found;
  };
  return { record: schema.parse(JSON.parse(metadata['record'] ?? '{}')), values };
}

export interface TinyBatch extends Batch {
  labelWordIds: tf.Tensor1D;
}

/** How many labels the fixtures' batches have. */
export const TINY_LABELS = 3;

/** The method of a fixture, with the fixture's initial values. `name`: as `readMethodFixture` takes it. */
export async function fixtureMethod(name: string, backbone: Backbone) {
  const fixture = await readMethodFixture(name);
  const method = createMethod({ settings: fixture.record.settings, backbone, trainSeed: 1, labels: TINY_LABELS });
  // Full tuning starts from the backbone.
  for (const { name: variableName, variable } of name.endsWith('full-tuning') ? [] : method.trained) {
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
  const batch = {
    tokenIds: tf.tensor2d(record.tokenIds, undefined, 'int32'),
    attentionMask: tf.tensor2d(record.attentionMask),
    maskPosition: tf.tensor1d(record.maskPosition, 'int32'),
    target: tf.tensor1d(record.target, 'int32'),
    label: tf.tensor1d(record.label, 'int32'),
    labelWordIds: tf.tensor1d(record.labelWordIds, 'int32'),
  };
  if (inputLayers.length === 0) return batch;
  const hidden = inputLayers.map((layer) => [layer, hiddenStates(backbone, batch, layer)] as const);
  return { ...batch, hidden: Object.fromEntries(hidden) };
}

/** H_to of a batch. */
export function hiddenStates(
  backbone: Backbone,
  { tokenIds, attentionMask }: Pick<Batch, 'tokenIds' | 'attentionMask'>,
  to: number,
): tf.Tensor3D {
  return tf.tidy(() => runLayers({ backbone, hidden: embed(backbone, tokenIds), attentionMask, from: 0, to }));
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
export function expectGradients({ gradients }: LossAndGradients, { values }: Pick<Fixture<unknown>, 'values'>): void {
  for (const [name, gradient] of gradients) {
    const expected = values(`gradient.${name}`).values;
    const from = name.endsWith('keyValue.bias') ? expected.length / 2 : 0;
    expectClose(gradient.dataSync<'float32'>().slice(from), expected.slice(from), 1e-4);
  }
}
