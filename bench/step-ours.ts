// Our side of bench/step.ts, a process of its own: `tsx step-ours.ts MODEL_FOLDER INPUTS THREADS LAYER`. It writes the inputs
// for the other side, then for each line on standard input, `all N` or `cached N`, runs and times so many steps. After `mark`
// the peak memory is that of what follows.
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import { embed, type Backbone } from '../lpt/backbone.ts';
import { runLayers } from '../lpt/frozen-layers.ts';
import type { Batch, Method } from '../lpt/method.ts';
import { createMethod } from '../lpt/methods.ts';
import { forgetPeak, peakMemoryMiB } from './peak-memory.ts';
import { loadTensorflow } from '../runtime/tensorflow.ts';
import { loadBackbone } from '../training/backbone.ts';
import { AdamW, clipFactor, globalNorm } from '../training/optimizer.ts';
import { encodeSafetensors, type StoredTensor } from '../training/safetensors.ts';
import { caseBatch, caseInputs, settingsOf, stepCase } from './step-case.ts';

interface Trial {
  backbone: Backbone;
  method: Method;
  optimizer: AdamW;
  batch: Batch;
  stepsDone: number;
}

const [folder = '', inputs = '', threads = '2', layer = '6'] = process.argv.slice(2);
const measured = stepCase(Number(layer));

const loaded = await loadTensorflow({ threads: Number(threads) });
const started = performance.now();
const backbone = await loadBackbone(folder);
const loadMs = performance.now() - started;
const method = createMethod({ settings: settingsOf(measured), backbone, trainSeed: 1, labels: 2 });
const trial: Trial = {
  ...{ backbone, method, batch: caseBatch(), stepsDone: 0 },
  optimizer: new AdamW(method.trained, measured.weightDecay),
};
await writeInputs(inputs);
answer({
  version: `TensorFlow ${loaded.version} (${loaded.backend}, ${loaded.device})`,
  threads: Number(threads),
  loadMs,
});
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
    { ...caseInputs(), ...Object.fromEntries(trained) },
    { case: JSON.stringify(measured) },
  );
  await writeFile(path, bytes);
}

function run(cached: boolean, count: number): object {
  const kept = cached ? lower() : null;
  const ms: number[] = [];
  const cpuMs: number[] = [];
  const losses: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const [start, cpuStart] = [performance.now(), process.cpuUsage()];
    losses.push(step(kept));
    ms.push(performance.now() - start);
    const { user, system } = process.cpuUsage(cpuStart);
    cpuMs.push((user + system) / 1000);
  }
  kept?.dispose();
  return { ms, cpuMs, losses, peakMemoryMiB: peakMemoryMiB() };
}

/** H_k: below the prompt everything is frozen. */
function lower(): tf.Tensor3D {
  const { tokenIds, texts } = trial.batch;
  return tf.tidy(() => {
    const hidden = embed(backbone, tokenIds); // [B, T, D]
    return runLayers({
      backbone,
      hidden,
      lengths: texts.map(({ length }) => length),
      from: 0,
      to: measured.insertionLayer,
    });
  });
}

function step(kept: tf.Tensor3D | null): number {
  const hidden = kept ?? lower();
  const batch = { ...trial.batch, hidden: { [measured.insertionLayer]: hidden } };
  const variables = method.trained.map(({ variable }) => variable);
  const { value, grads } = tf.variableGrads(() => method.loss(batch, trial.stepsDone), variables);
  trial.stepsDone += 1;
  const gradients = Object.fromEntries(
    method.trained.flatMap(({ name, variable }) => {
      const gradient = grads[variable.name];
      return gradient === undefined ? [] : [[name, gradient] as const];
    }),
  );
  const clip = tf.tidy(() => clipFactor(globalNorm(gradients), measured.clipNorm));
  trial.optimizer.apply({ gradients, clip, learningRate: measured.learningRate, step: trial.stepsDone });
  const [loss = Number.NaN] = value.dataSync<'float32'>();
  tf.dispose([value, grads, clip, kept === null ? hidden : []]);
  return loss;
}

async function countKernels(): Promise<object> {
  const kept = lower();
  const count = async (given: tf.Tensor3D | null) => {
    const { kernels } = await tf.profile(() => tf.scalar(step(given)));
    return kernels.length;
  };
  const counts = { all: await count(null), cached: await count(kept) };
  kept.dispose();
  return { kernels: counts };
}

function answer(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
