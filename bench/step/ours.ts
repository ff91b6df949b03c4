// Our side of bench/step.ts, a process of its own: `tsx ours.ts MODEL_FOLDER INPUTS THREADS LAYER TEXTS`. It writes the
// inputs for the other side, then for each line on standard input, `all N` or `cached N`, runs and times so many steps, one
// batch after the other from the first on. After `mark` the peak memory is that of what follows.
import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import { embed, type Backbone } from '../../lpt/backbone.ts';
import { runLayers } from '../../lpt/frozen-layers.ts';
import type { Batch } from '../../lpt/batch.ts';
import type { Method } from '../../lpt/method.ts';
import { createMethod } from '../../lpt/methods.ts';
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import { loadBackbone } from '../../training/backbone.ts';
import { computedBy } from '../../training/computed-by.ts';
import { AdamW } from '../../training/optimizer.ts';
import { encodeSafetensors, type StoredTensor } from '../../training/safetensors.ts';
import { namedGradients } from '../../training/step.ts';
import { versionOf } from '../measuring/tensorflow-version.ts';
import { caseBatches, caseInputs, caseSettings, stepCase } from './case.ts';
import { forgetPeak, peakMiB } from './peak-memory.ts';
import { parseTexts } from './texts.ts';

interface Trial {
  backbone: Backbone;
  method: Method;
  optimizer: AdamW;
  batches: Batch[];
  stepsDone: number;
}

const [folder = '', inputs = '', threads = '2', layer = '6', textsFile = ''] = process.argv.slice(2);
const texts = parseTexts(await readFile(textsFile, 'utf8'));
const measured = stepCase(Number(layer));

const loaded = await loadTensorflow({ threads: Number(threads) });
const started = performance.now();
const backbone = await loadBackbone(folder);
const loadMs = performance.now() - started;
const method = createMethod({ settings: caseSettings(measured), backbone, trainSeed: 1, labels: 2 });
const trial: Trial = {
  ...{ backbone, method, batches: caseBatches(texts), stepsDone: 0 },
  optimizer: new AdamW(method.trained, measured.weightDecay),
};
await writeInputs(inputs);
answer({ version: versionOf(computedBy(loaded)), threads: Number(threads), loadMs });
for await (const line of createInterface({ input: process.stdin })) {
  const [kind = '', count] = line.split(' ');
  answer(await answerTo(kind, Number(count)));
}

async function answerTo(kind: string, count: number): Promise<object> {
  if (kind === 'kernels') return countKernels();
  if (kind === 'mark') return { loadedMiB: forgetPeak() };
  return run(kind === 'cached', count);
}

async function writeInputs(path: string): Promise<void> {
  const trained = method.trained.map(({ name, variable }): [string, StoredTensor] => {
    return [name, { shape: variable.shape, values: variable.dataSync<'float32'>() }];
  });
  const bytes = encodeSafetensors(
    { ...caseInputs(texts), ...Object.fromEntries(trained) },
    { case: JSON.stringify(measured) },
  );
  await writeFile(path, bytes);
}

function run(cached: boolean, count: number): object {
  const kept = cached ? trial.batches.map(lower) : null;
  const ms: number[] = [];
  const cpuMs: number[] = [];
  const losses: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const [start, cpuStart] = [performance.now(), process.cpuUsage()];
    const at = index % trial.batches.length;
    losses.push(step(at, kept?.[at]));
    ms.push(performance.now() - start);
    const { user, system } = process.cpuUsage(cpuStart);
    cpuMs.push((user + system) / 1000);
  }
  tf.dispose(kept ?? []);
  return { ms, cpuMs, losses, peakMemoryMiB: peakMiB() };
}

/** H_k: below the prompt everything is frozen. */
function lower({ tokenIds, texts: rows }: Batch): tf.Tensor3D {
  return tf.tidy(() => {
    const hidden = embed(backbone, tokenIds); // [B, T, D]
    return runLayers({
      backbone,
      hidden,
      lengths: rows.map(({ length }) => length),
      from: 0,
      to: measured.insertionLayer,
    });
  });
}

function step(at: number, kept?: tf.Tensor3D): number {
  const given = trial.batches[at];
  if (given === undefined) throw new RangeError(`Expected a batch ${at}, found ${trial.batches.length} batches.`);
  const hidden = kept ?? lower(given);
  const batch = { ...given, hidden: { [measured.insertionLayer]: hidden } };
  const variables = method.trained.map(({ variable }) => variable);
  const { value, grads } = tf.variableGrads(() => method.loss(batch, trial.stepsDone), variables);
  trial.stepsDone += 1;
  const gradients = namedGradients(method, grads);
  const { clipNorm, learningRate } = measured;
  const norm = trial.optimizer.apply({ gradients, clipNorm, learningRate, step: trial.stepsDone });
  const [loss = Number.NaN] = value.dataSync<'float32'>();
  tf.dispose([value, grads, norm, kept === undefined ? hidden : []]);
  return loss;
}

async function countKernels(): Promise<object> {
  const kept = trial.batches.slice(0, 1).map(lower);
  const count = async (given?: tf.Tensor3D) => {
    const { kernels } = await tf.profile(() => tf.scalar(step(0, given)));
    return kernels.length;
  };
  const counts = { all: await count(), cached: await count(kept[0]) };
  tf.dispose(kept);
  return { kernels: counts };
}

function answer(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
