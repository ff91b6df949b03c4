// Pure: what a sweep will cost, in layer-forwards, arithmetic, seconds and memory.
import {
  firstTouchedLayer,
  highestInputLayer,
  layerFlops,
  promptLength,
  testSize,
  trialArithmetic,
} from './arithmetic.ts';
import type { BackboneFacts, SweepFacts, TaskFacts } from './facts.ts';
import { descriptorOf } from './methods/index.ts';
import type { Plan, PlannedTrial } from './plan.ts';
import { devSize, trainingSize } from './regime.ts';
import type { MethodName, MethodSettings, Trial } from './trial.ts';

export interface Speed {
  gflopsPerSecond: number;
  source: 'measured' | 'assumed';
  /** Finished trials that it was measured on. */
  trials: number;
}

/** About two CPU cores with native TensorFlow at small batches. */
export const ASSUMED_SPEED: Speed = { gflopsPerSecond: 100, source: 'assumed', trials: 0 };

export interface MethodCost {
  method: MethodName;
  trials: number;
  /** In one step, over this method's trials: 2(L − k) each for LPT. */
  meanLayerForwardsPerStep: number;
  flops: number;
  seconds: number;
}

export interface Estimate {
  trials: number;
  /** Forward passes of a batch through a layer, over all training steps. */
  layerForwards: number;
  /** The filling of the kept hidden states included. */
  flops: number;
  cacheFlops: number;
  /** One trial after another on one device. */
  seconds: number;
  /** Peak of the trainer, for the hungriest trial. */
  memoryMiB: number;
  speed: Speed;
  byMethod: MethodCost[];
}

/** @param facts the same that the plan was expanded with */
export function estimate(plan: Plan, facts: SweepFacts, speed: Speed = ASSUMED_SPEED): Estimate {
  const perSecond = speed.gflopsPerSecond * 1e9;
  const costed = plan.trials.map((planned) => ({ planned, layers: layersPerStep(planned, facts) }));
  const cacheFlops = fillingFlops(plan, facts);
  const flops = sum(plan.trials.map((planned) => planned.flops)) + cacheFlops;
  const methods = [...new Set(plan.trials.map(({ trial }) => trial.method.method))];
  return {
    trials: plan.trials.length,
    layerForwards: sum(costed.map(({ planned, layers }) => layers * planned.trial.training.steps)),
    ...{ flops, cacheFlops, speed },
    seconds: flops / perSecond,
    memoryMiB: largestMemoryMiB(plan, facts),
    byMethod: methods.map((method) => {
      const own = costed.filter(({ planned }) => planned.trial.method.method === method);
      const spent = sum(own.map(({ planned }) => planned.flops));
      const layers = sum(own.map((cost) => cost.layers)) / own.length;
      return { method, trials: own.length, meanLayerForwardsPerStep: layers, flops: spent, seconds: spent / perSecond };
    }),
  };
}

function layersPerStep({ trial }: PlannedTrial, facts: SweepFacts): number {
  return trialArithmetic(trial, facts.backbone, taskOf(trial, facts)).layerForwardsPerStep;
}

/** Every example goes once through the layers below the highest that is read; test examples are the same for all seeds. */
function fillingFlops(plan: Plan, facts: SweepFacts): number {
  const { backbone } = facts;
  return sum(
    distinctBy(keepingTrials(plan, facts), ({ task }) => task.name).map((sample) => {
      const task = taskOf(sample, facts);
      const own = keepingTrials(plan, facts).filter((trial) => trial.task.name === sample.task.name);
      const highest = Math.max(...own.map(({ method }) => highestInputLayer(method, backbone)));
      const draws = distinctBy(own, ({ dataSeed, regime }) => `${dataSeed} ${JSON.stringify(regime)}`);
      const examples = sum(draws.map((trial) => drawn(trial, task)));
      return (examples + testSize(sample, task)) * highest * layerFlops(backbone, task.meanTokens);
    }),
  );
}

function largestMemoryMiB(plan: Plan, facts: SweepFacts): number {
  const layersKept = new Map<string, Set<number>>();
  for (const { task, method } of keepingTrials(plan, facts)) {
    const layers = layersKept.get(task.name) ?? new Set();
    for (const layer of keptLayers(method, facts)) layers.add(layer);
    layersKept.set(task.name, layers);
  }
  const needs = plan.trials.map(({ trial }) => memoryMiB(trial, facts, layersKept.get(trial.task.name)?.size ?? 0));
  return needs.reduce((largest, need) => Math.max(largest, need), 0);
}

/**
 * Weights; kept hidden states of the draw for every layer of the task; and what a step's backward pass reads again: about
 * 12 hidden-sized, 3 feed-forward-sized and 2 score-sized arrays a layer.
 */
function memoryMiB(trial: Trial, facts: SweepFacts, layersKept: number): number {
  const { backbone } = facts;
  const task = taskOf(trial, facts);
  const { method, training } = trial;
  const { passes } = descriptorOf(method.method);
  const tokens = task.meanTokens + promptLength(method);
  const perToken = 12 * backbone.hiddenSize + 3 * backbone.intermediateSize + 2 * backbone.heads * tokens;
  const activations =
    passes === 0
      ? training.evaluationBatchSize * tokens * perToken
      : training.batchSize * tokens * perToken * (backbone.layers - firstTouchedLayer(method, backbone));
  const examples = drawn(trial, task) + testSize(trial, task);
  const kept = layersKept * examples * task.meanTokens * backbone.hiddenSize;
  // Full tuning holds gradients and two moments beside the weights.
  const weights = parametersOf(backbone) * (passes === 3 ? 4 : 1);
  return Math.ceil((BYTES * (weights + activations + kept)) / 2 ** 20) + PROCESS_MIB;
}

const BYTES = 4;
/** Node and TensorFlow themselves. */
const PROCESS_MIB = 400;

function parametersOf({
  layers,
  hiddenSize: d,
  intermediateSize,
  vocabularySize,
  maxPositions,
}: BackboneFacts): number {
  return (vocabularySize + maxPositions) * d + layers * (4 * d * d + 2 * d * intermediateSize) + d * d;
}

/** Training and dev. */
function drawn({ regime }: Trial, { classes }: TaskFacts): number {
  return trainingSize(regime, classes) + devSize(regime, classes);
}

/** Those that read hidden states which are kept. */
function keepingTrials(plan: Plan, facts: SweepFacts): Trial[] {
  return plan.trials.map(({ trial }) => trial).filter(({ method }) => keptLayers(method, facts).length > 0);
}

/** The embeddings are never kept. */
function keptLayers(method: MethodSettings, { backbone }: SweepFacts): number[] {
  return descriptorOf(method.method)
    .inputLayers(method, backbone.layers)
    .filter((layer) => layer > 0);
}

function taskOf(trial: Trial, facts: SweepFacts): TaskFacts {
  const task = facts.tasks[trial.task.name];
  if (!task) throw new RangeError(`Expected facts of task \`${trial.task.name}\`, found none.`);
  return task;
}

function distinctBy<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
