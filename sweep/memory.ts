// Pure: what memory a trainer needs for each trial of a sweep, from which follows what device it is sent to.
import { drawn, firstTouchedLayer, keptLayers, promptLength, taskOf, testSize } from './arithmetic.ts';
import type { BackboneFacts, SweepFacts } from './facts.ts';
import { descriptorOf } from './methods/index.ts';
import type { Trial } from './trial.ts';

/** @returns MiB at the peak, in the trials' order */
export function memoryOfTrials(trials: readonly Trial[], facts: SweepFacts): number[] {
  const layersKept = new Map<string, Set<number>>();
  for (const { task, method } of trials) {
    const layers = layersKept.get(task.name) ?? new Set();
    for (const layer of keptLayers(method, facts)) layers.add(layer);
    layersKept.set(task.name, layers);
  }
  return trials.map((trial) => memoryMiB(trial, facts, layersKept.get(trial.task.name)?.size ?? 0));
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
  const kept = (BYTES * layersKept * examples * task.meanTokens * backbone.hiddenSize) / 2 ** 20;
  // Full tuning holds gradients and two moments beside the weights.
  const weights = parametersOf(backbone) * (passes === 3 ? 4 : 1);
  return Math.ceil((BYTES * (weights + activations)) / 2 ** 20 + Math.min(kept, MOST_KEPT_MIB)) + PROCESS_MIB;
}

const BYTES = 4;
/** Node and TensorFlow themselves. */
const PROCESS_MIB = 400;
/** A trainer keeps no more hidden states than these, and those of a training split. */
const MOST_KEPT_MIB = 512 + 256;

function parametersOf({
  layers,
  hiddenSize: d,
  intermediateSize,
  vocabularySize,
  maxPositions,
}: BackboneFacts): number {
  return (vocabularySize + maxPositions) * d + layers * (4 * d * d + 2 * d * intermediateSize) + d * d;
}
