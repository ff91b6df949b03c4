// Twenty steps of AdamW with warm-up, decay and clipping, beside those of PyTorch (scripts/fixtures).
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { embed, runLayers, type Backbone } from '../../lpt/backbone.ts';
import type { Batch, Method } from '../../lpt/method.ts';
import { createMethod } from '../../lpt/methods.ts';
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import type { MethodSettings, Trial } from '../../sweep/trial.ts';
import { loadBackbone } from '../../training/backbone.ts';
import { disposeBatch } from '../../training/batches.ts';
import { decodeSafetensors, type StoredTensor } from '../../training/safetensors.ts';
import { trainStep } from '../../training/step.ts';
import { TrainingState } from '../../training/training-state.ts';
import { tinyFolder, TYPE_FIXTURES, type TinyName } from '../support/fixtures.ts';

const FIXTURES = resolve('test/fixtures');

interface MethodRecord {
  settings: MethodSettings;
  training: { steps: number; learning_rate: number; weight_decay: number; warmup: number; clip: number };
  losses: number[];
  gradientNorms: number[];
}
interface BatchRecord {
  tokenIds: number[][];
  attentionMask: number[][];
  maskPosition: number[];
  target: number[];
}

async function fixture(name: string): Promise<{ tensors: Record<string, StoredTensor>; record: unknown }> {
  const { tensors, metadata } = decodeSafetensors(await readFile(`${FIXTURES}/${name}.safetensors`));
  return { tensors, record: JSON.parse(metadata['record']!) as unknown };
}

function batchOf(record: BatchRecord, backbone: Backbone, method: Method): Batch {
  const tokenIds = tf.tensor2d(record.tokenIds, undefined, 'int32');
  const attentionMask = tf.tensor2d(record.attentionMask, undefined, 'float32');
  const rest = { maskPosition: tf.tensor1d(record.maskPosition, 'int32'), target: tf.tensor1d(record.target, 'int32') };
  const to = method.inputLayer;
  if (to === null) return { tokenIds, attentionMask, ...rest };
  const hidden = tf.tidy(() => runLayers({ backbone, hidden: embed(backbone, tokenIds), attentionMask, from: 0, to }));
  return { tokenIds, attentionMask, ...rest, hidden };
}

beforeAll(() => loadTensorflow({ threads: 1, device: 'cpu' }));

const BERT_METHODS = ['lpt-none', 'lpt-npg', 'lpt-npg-last-layer', 'prompt-tuning', 'full-tuning'];
const CASES = [
  ...BERT_METHODS.map((name) => ['bert-tiny', name, `methods/${name}`]),
  ...TYPE_FIXTURES.map(([backbone, name]) => [backbone, name, `methods/${backbone}/${name}`]),
] as [TinyName, string, string][];

// Attention does not depend on the bias of the keys: its gradient is rounding, which AdamW blows up to whole steps. So
// of keys and values together only the second half, the values, is looked at.
test.each(CASES)('on %s, twenty steps of %s are those of PyTorch', async (backboneName, _name, file) => {
  const { tensors, record: of } = await fixture(file);
  const record = of as MethodRecord;
  const batchRecord = (await fixture(`${backboneName}.batch`)).record as BatchRecord;
  const backbone = await loadBackbone(tinyFolder(backboneName));
  const method = createMethod({ settings: record.settings, backbone, trainSeed: 1 });
  for (const { name: variable, variable: value } of method.trained) {
    const initial = tensors[`initial.${variable}`];
    if (initial) value.assign(tf.tensor(initial.values, value.shape));
  }
  const { steps, learning_rate: learningRate, weight_decay: weightDecay, warmup, clip: clipNorm } = record.training;
  const training = { steps, learningRate, weightDecay, warmupFraction: warmup / steps, clipNorm };
  const trial = { training, trainSeed: 1 } as Trial;
  const state = new TrainingState(method, weightDecay);
  const batch = batchOf(batchRecord, backbone, method);
  for (let step = 0; step < steps; step++) {
    const [loss, norm] = await trainStep(state, batch, trial);
    expect(relative(loss!.value, record.losses[step]!)).toBeLessThan(1e-4);
    expect(relative(norm!.value, record.gradientNorms[step]!)).toBeLessThan(1e-3);
  }
  for (const { name: variable, variable: value } of method.trained) {
    const expected = tensors[`final.${variable}`]!.values;
    const from = variable.endsWith('keyValue.bias') ? expected.length / 2 : 0;
    expect(largestGap(value.dataSync().slice(from), expected.slice(from))).toBeLessThan(1e-4);
  }
  state.dispose();
  disposeBatch(batch);
  method.dispose();
  backbone.dispose();
});

function relative(found: number, expected: number): number {
  return Math.abs(found - expected) / Math.max(Math.abs(expected), 1e-6);
}

/** Relative to the largest number of the variable. */
function largestGap(found: ArrayLike<number>, expected: Float32Array): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs((found[i] ?? Number.NaN) - value))) / scale;
}
