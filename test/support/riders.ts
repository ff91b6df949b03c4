// Trials of a tiny backbone that can be moved step by step, each alone or all of them at once.
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { EncodedExample } from '../../data/encode.ts';
import type { Backbone } from '../../lpt/backbone.ts';
import { createMethod } from '../../lpt/methods.ts';
import { uniforms } from '../../lpt/random.ts';
import type { WalkingTuning } from '../../lpt/seats.ts';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import type { TrainingSettings } from '../../sweep/training.ts';
import type { Trial } from '../../sweep/trial.ts';
import { BatchOrder, disposeBatch } from '../../training/batches.ts';
import { HiddenStates } from '../../training/hidden-states.ts';
import { jointStep, type Stepped } from '../../training/joint-step.ts';
import type { MetricPoint } from '../../training/messages.ts';
import { SplitInputs } from '../../training/split-inputs.ts';
import { trainStep } from '../../training/step.ts';
import { TrainingState } from '../../training/training-state.ts';

const LABEL_WORDS = [5, 6];

export interface RiderSettings {
  method: MethodSettings;
  training?: Partial<TrainingSettings>;
  trainSeed?: number;
}

export interface TestRider {
  state: TrainingState;
  trial: Trial;
  inputs: SplitInputs;
  order: BatchOrder;
}

/** 24 texts of 4 to 15 words, whatever they mean. A decoder's "mask" is the last token before the label word. */
function someExamples({ vocabularySize, architecture }: Backbone['config']): EncodedExample[] {
  return Array.from({ length: 24 }, (_, seed) => {
    const numbers = uniforms({ seed, name: 'text' }, 20);
    const length = 6 + Math.floor((numbers[0] ?? 0) * 12);
    const tokenIds = Int32Array.from(numbers.subarray(1, 1 + length), (number) => Math.floor(number * vocabularySize));
    const maskPosition = architecture === 'decoder' ? length - 1 : length - 2 - (seed % 3);
    return { tokenIds, maskPosition, label: seed % 2 };
  });
}

export function riderOn(backbone: Backbone, { method: settings, training, trainSeed = 1 }: RiderSettings): TestRider {
  const frozenDropout = training?.frozenDropout ?? false;
  const started = { trainSeed, labels: 2, ordinaryWordIds: [5, 6, 7, 8], frozenDropout };
  const method = createMethod({ settings, backbone, ...started });
  const examples = someExamples(backbone.config);
  const hiddenStates = new HiddenStates({ backbone, budgetBytes: 2 ** 24 });
  const inputs = new SplitInputs({
    ...{ examples, backbone, hiddenStates, labelWordIds: LABEL_WORDS },
    ...{ inputLayers: method.inputLayers, layersToKeep: [] },
  });
  const usual = { steps: 50, batchSize: 8, learningRate: 1e-3, weightDecay: 0.1, warmupFraction: 0.06, clipNorm: 1 };
  const task = { labelWords: { '0': 'bad', '1': 'good' } };
  const trial = { task, method: settings, training: { ...usual, ...training }, trainSeed } as unknown as Trial;
  const order = new BatchOrder(examples.length, trial.training.batchSize, trainSeed);
  return { state: new TrainingState(method, trial.training.weightDecay), trial, inputs, order };
}

export async function stepAlone({ state, trial, inputs, order }: TestRider): Promise<MetricPoint[]> {
  const batch = inputs.batch(order.at(state.step));
  const part = { batch, first: 0, count: trial.training.batchSize, share: 1 };
  return trainStep(state, [part], { trial }).finally(() => disposeBatch(batch));
}

export async function stepTogether(backbone: Backbone, riders: readonly TestRider[]): Promise<Stepped[]> {
  const parts = riders.map(({ state, trial, inputs, order }) => {
    const indices = order.at(state.step);
    return { state, trial, tuning: jointOf(state), batch: inputs.batch(indices) };
  });
  return jointStep(backbone, parts).finally(() => parts.forEach(({ batch }) => disposeBatch(batch)));
}

function jointOf({ method }: TrainingState): WalkingTuning {
  expect(method.joint).not.toBeNull();
  return method.joint!;
}

export function disposeRider({ state }: TestRider): void {
  state.dispose();
  state.method.dispose();
}

/** Largest difference, as a share of the variable's largest number. */
export function largestGap(one: TrainingState, other: TrainingState): number {
  const gaps = one.method.trained.map(({ variable }, index) => {
    const against = other.method.trained[index]!.variable;
    return tf.tidy(() => {
      const gap = tf.div(tf.max(tf.abs(tf.sub(variable, against))), tf.max(tf.abs(variable)));
      return gap.dataSync()[0] ?? Number.NaN;
    });
  });
  return Math.max(...gaps);
}
