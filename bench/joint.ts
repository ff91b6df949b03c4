// Time of a step of each of eight trials, taken together and one after another: the same trials, the same steps. Rounds of the
// two take turns, so that a busy machine slows both.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone } from '../lpt/backbone.ts';
import { readEnvironment } from '../runtime/environment.mjs';
import { cacheLayout } from '../runtime/folders.mjs';
import { loadTensorflow } from '../runtime/tensorflow.ts';
import { loadBackbone } from '../training/backbone.ts';
import { disposeBatch } from '../training/batches.ts';
import { jointStep, type JointPart } from '../training/joint-step.ts';
import { trainStep } from '../training/step.ts';
import { benchTrials, LAYERS, smallBackbone, type BenchTrial } from './joint-case.ts';
import { drawStepTexts } from './step-texts.ts';
import { rounded, summarise, type Summary } from './summary.ts';

const HELP = `npm run bench:joint -- [--json] [--task sst2] [--rounds 7] [--threads 2]
  [--data ../shared/data] [--model FOLDER]`;
/** Of 16 sentences each, as the solo step's: what the trials draw their own batches from. */
const BATCHES = 16;

const { cacheFolder } = readEnvironment();
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '7' },
    threads: { type: 'string', default: '2' },
    task: { type: 'string', default: 'sst2' },
    data: { type: 'string', default: join('..', 'shared', 'data') },
    model: { type: 'string', default: cacheLayout(cacheFolder).bertBaseUncased },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}

interface Side {
  /** Milliseconds for a step of each trial. */
  ms: Summary;
  cpuMs: Summary;
}

interface Compared {
  trials: number;
  batchSize: number;
  layers: readonly number[];
  together: Side;
  oneAfterAnother: Side;
  /** One after another to together. */
  ratio: number;
  ratioOfMinima: number;
  ratioOfCpuTime: number;
  kernelCalls: { together: number; oneAfterAnother: number };
}

const loaded = await loadTensorflow({ threads: Number(values.threads), device: 'auto' });
const big = await loadBackbone(values.model);
const { model, data, task } = values;
const texts = await drawStepTexts({ cacheFolder, model, data, task, batches: BATCHES });
const small = smallBackbone(big.config);
const found = {
  device: loaded.device,
  ...{ threads: Number(values.threads), rounds: Number(values.rounds), task },
  small: await compare(small, LAYERS.small),
  big: await compare(big, LAYERS.big),
};
process.stdout.write(values.json ? `${JSON.stringify(found)}\n` : report());

async function compare(backbone: Backbone, layers: readonly number[]): Promise<Compared> {
  const trials = benchTrials(backbone, layers, texts);
  for (const { inputs } of trials) await inputs.keepAll(() => Promise.resolve());
  const ways = { together: () => stepTogether(backbone, trials), oneAfterAnother: () => stepAlone(trials) };
  const times = { together: [] as Took[], oneAfterAnother: [] as Took[] };
  // The first steps of a process are slower.
  const kernelCalls = {
    together: await kernelsOf(ways.together),
    oneAfterAnother: await kernelsOf(ways.oneAfterAnother),
  };
  for (let round = 0; round < Number(values.rounds); round += 1) {
    times.oneAfterAnother.push(await timed(ways.oneAfterAnother));
    times.together.push(await timed(ways.together));
  }
  for (const { state } of trials) {
    state.dispose();
    state.method.dispose();
  }
  const [together, oneAfterAnother] = [sideOf(times.together), sideOf(times.oneAfterAnother)];
  return {
    ...{ trials: trials.length, batchSize: trials[0]?.trial.training.batchSize ?? 0, layers },
    ...{ together, oneAfterAnother, kernelCalls },
    ratio: rounded(oneAfterAnother.ms.median / together.ms.median),
    ratioOfMinima: rounded(oneAfterAnother.ms.min / together.ms.min),
    ratioOfCpuTime: rounded(oneAfterAnother.cpuMs.median / together.cpuMs.median),
  };
}

async function stepTogether(backbone: Backbone, trials: readonly BenchTrial[]): Promise<void> {
  const parts = trials.map(({ state, trial, inputs, order }): JointPart => {
    const indices = order.at(state.step);
    if (state.method.joint === null)
      throw new Error('Expected a method that rides with others, found one that does not.');
    const shared = { batch: inputs.batch(indices) };
    return { state, trial, tuning: state.method.joint, ...shared };
  });
  for (const stepped of await jointStep(backbone, parts)) if ('error' in stepped) throw stepped.error;
  for (const { batch } of parts) disposeBatch(batch);
}

async function stepAlone(trials: readonly BenchTrial[]): Promise<void> {
  for (const { state, trial, inputs, order } of trials) {
    const batch = inputs.batch(order.at(state.step));
    await trainStep(state, [{ batch, first: 0, count: trial.training.batchSize, share: 1 }], { trial });
    disposeBatch(batch);
  }
}

interface Took {
  ms: number;
  cpuMs: number;
}

async function timed(work: () => Promise<void>): Promise<Took> {
  const [start, cpuStart] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpuStart);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
}

function sideOf(took: Took[]): Side {
  return { ms: summarise(took.map(({ ms }) => ms)), cpuMs: summarise(took.map(({ cpuMs }) => cpuMs)) };
}

async function kernelsOf(work: () => Promise<void>): Promise<number> {
  const { kernels } = await tf.profile(async () => {
    await work();
    return tf.scalar(0);
  });
  return kernels.length;
}

function report(): string {
  const line = (name: string, { ms, cpuMs }: Side): string =>
    `  ${name.padEnd(18)} ${[ms.min, ms.median, ms.max, cpuMs.median].map((n) => n.toFixed(0).padStart(7)).join(' ')}\n`;
  const part = (name: string, { together, oneAfterAnother, ...rest }: Compared): string =>
    `${`${name}, layers ${rest.layers.join(', ')}, ${rest.trials} trials, batch ${rest.batchSize}`.padEnd(60)}\n` +
    line('one after another', oneAfterAnother) +
    line('together', together) +
    `  ratio ${rest.ratio} (minima ${rest.ratioOfMinima}, cpu ${rest.ratioOfCpuTime}); kernel calls ${rest.kernelCalls.oneAfterAnother} and ${rest.kernelCalls.together}\n`;
  const head = `ms for a step of each trial, ${found.rounds} rounds, ${found.threads} threads: min, median, max, cpu\n`;
  return head + part('small: 4 layers, width 256', found.small) + part('BERT-base', found.big);
}
