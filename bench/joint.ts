// Time of a step of each of eight trials, taken together and one after another: the same trials, the same steps. Rounds of the
// two take turns, so that a busy machine slows both.
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone } from '../lpt/backbone.ts';
import { readEnvironment } from '../runtime/environment.mjs';
import { loadTensorflow } from '../runtime/tensorflow.ts';
import { loadBackbone } from '../training/backbone.ts';
import { disposeBatch } from '../training/batches.ts';
import { jointStep, type JointPart } from '../training/joint-step.ts';
import { trainStep } from '../training/step.ts';
import { benchTrials, LAYERS, smallBackbone, type BenchTrial } from './joint/case.ts';
import { readJointOptions, type JointOptions } from './joint/options.ts';
import { comparisonOf, jointReport, type Compared, type JointFound, type Times, type Took } from './joint/report.ts';
import type { CaseTexts } from './step/case.ts';
import { drawCaseTexts } from './step/texts.ts';

/** Of 16 sentences each, as the solo step's: what the trials draw their own batches from. */
const BATCHES = 16;

const environment = readEnvironment();
const options = readJointOptions(process.argv.slice(2), environment);
if (options !== null) {
  const found = await measure(options);
  process.stdout.write(options.json ? `${JSON.stringify(found)}\n` : jointReport(found));
}

async function measure({ threads, rounds, ...asked }: JointOptions): Promise<JointFound> {
  const { device } = await loadTensorflow({ threads, device: 'auto' });
  const big = await loadBackbone(asked.model);
  const texts = await drawCaseTexts({ ...asked, cacheFolder: environment.cacheFolder, batches: BATCHES });
  return {
    ...{ device, threads, rounds, task: asked.task },
    small: await compare(smallBackbone(big.config), { rounds, layers: LAYERS.small, texts }),
    big: await compare(big, { rounds, layers: LAYERS.big, texts }),
  };
}

interface Comparing {
  rounds: number;
  layers: readonly number[];
  texts: CaseTexts;
}

async function compare(backbone: Backbone, { rounds, layers, texts }: Comparing): Promise<Compared> {
  const trials = benchTrials(backbone, layers, texts);
  for (const { inputs } of trials) await inputs.keepAll(() => Promise.resolve());
  const ways = { together: () => stepTogether(backbone, trials), oneAfterAnother: () => stepAlone(trials) };
  const times: Times = { together: [], oneAfterAnother: [] };
  // The first steps of a process are slower.
  const kernelCalls = {
    together: await kernelsOf(ways.together),
    oneAfterAnother: await kernelsOf(ways.oneAfterAnother),
  };
  for (let round = 0; round < rounds; round += 1) {
    times.oneAfterAnother.push(await timed(ways.oneAfterAnother));
    times.together.push(await timed(ways.together));
  }
  for (const { state } of trials) {
    state.dispose();
    state.method.dispose();
  }
  const batchSize = trials[0]?.trial.training.batchSize ?? 0;
  return { trials: trials.length, batchSize, layers, kernelCalls, ...comparisonOf(times) };
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

async function timed(work: () => Promise<void>): Promise<Took> {
  const [start, cpuStart] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpuStart);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
}

async function kernelsOf(work: () => Promise<void>): Promise<number> {
  const { kernels } = await tf.profile(async () => {
    await work();
    return tf.scalar(0);
  });
  return kernels.length;
}
