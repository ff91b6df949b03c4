// Pure: how much arithmetic a trial takes, counted in forward passes through one layer.
import type { BackboneFacts, SweepFacts, TaskFacts } from './facts.ts';
import { isComputedInSteps } from './kept-training.ts';
import { descriptorOf } from './methods/index.ts';
import type { MethodSettings } from './methods/settings.ts';
import { devSize, trainingSize } from './regime.ts';
import type { Trial } from './trial.ts';

export interface TrialArithmetic {
  /** Forward passes of one batch through one layer, a backward pass counting as much as a forward one. */
  layerForwardsPerStep: number;
  stepFlops: number;
  /** Steps, dev evaluations and the test; not the filling of the cache, which trials share. */
  flops: number;
}

/**
 * Full tuning 3L (weights have gradients as well), prompt tuning 2L, LPT 2(L − k): the hidden states below the prompt
 * are kept. With dropout in the frozen layers they cannot be, of a large training split they are not, and LPT takes k + 2(L − k).
 */
export function trialArithmetic(trial: Trial, backbone: BackboneFacts, task: TaskFacts): TrialArithmetic {
  const { training, method } = trial;
  const { passes } = descriptorOf(method.method);
  const dev = devSize(trial.regime, task.classes);
  const tokens = task.meanTokens + promptLength(method);
  const layersRun = backbone.layers - firstTouchedLayer(method, backbone);
  const below = isComputedInSteps({ trial, task, backbone }) ? highestInputLayer(method, backbone) : 0;
  const perStep = layersRun * passes + below;
  const one = { layer: layerFlops(backbone, tokens), head: headFlops(backbone) };
  const stepFlops = training.batchSize * (perStep * one.layer + passes * one.head);
  const examplesScored =
    Math.ceil(training.steps / training.evaluateEvery) * dev + testSize(trial, task) + (training.steps === 0 ? dev : 0);
  return {
    layerForwardsPerStep: perStep,
    stepFlops,
    flops: training.steps * stepFlops + examplesScored * (layersRun * one.layer + one.head),
  };
}

/** k: everything below is constant, and computing starts from H_k. */
export function firstTouchedLayer(method: MethodSettings, { layers }: Pick<BackboneFacts, 'layers'>): number {
  return descriptorOf(method.method).firstTouchedLayer(method, layers);
}

/** 0 where nothing above the embeddings is read. */
export function highestInputLayer(method: MethodSettings, { layers }: Pick<BackboneFacts, 'layers'>): number {
  return Math.max(0, ...descriptorOf(method.method).inputLayers(method, layers));
}

/** Of both test sets, where a task has two. */
export function testSize({ regime }: Pick<Trial, 'regime'>, task: TaskFacts): number {
  const { testExamples, mismatchedExamples = 0 } = task;
  const most = regime.testSize ?? Number.POSITIVE_INFINITY;
  return Math.min(most, testExamples) + Math.min(most, mismatchedExamples);
}

/** Two floating-point operations a multiply-add: four attention projections, two feed-forward matrices, scores and sums. */
export function layerFlops({ hiddenSize, intermediateSize }: BackboneFacts, tokens: number): number {
  const perToken = 8 * hiddenSize ** 2 + 4 * hiddenSize * intermediateSize + 4 * tokens * hiddenSize;
  return tokens * perToken;
}

/** At the mask alone: the transform, and the product with the vocabulary. */
function headFlops({ hiddenSize, vocabularySize }: BackboneFacts): number {
  return 2 * hiddenSize * (hiddenSize + vocabularySize);
}

/** Of the backbone's positions, those that the text has not. P-tuning v2's prefix takes none. */
export function addedPositions(method: MethodSettings): number {
  return descriptorOf(method.method).addedPositions?.(method) ?? 0;
}

/** Those that it leaves for the text. */
export function textPositions(method: MethodSettings, { maxPositions }: Pick<BackboneFacts, 'maxPositions'>): number {
  return maxPositions - addedPositions(method);
}

/** What takes part in attention beside the text, be it at positions of its own or not. */
export function promptLength(method: MethodSettings): number {
  const descriptor = descriptorOf(method.method);
  return descriptor.addedPositions?.(method) ?? descriptor.promptShape?.(method).promptLength ?? 0;
}

/** Training and dev. */
export function drawn({ regime }: Trial, { classes }: TaskFacts): number {
  return trainingSize(regime, classes) + devSize(regime, classes);
}

/** @throws RangeError where the facts lack it */
export function taskOf(trial: Trial, facts: SweepFacts): TaskFacts {
  const task = facts.tasks[trial.task.name];
  if (!task) throw new RangeError(`Expected facts of task \`${trial.task.name}\`, found none.`);
  return task;
}
