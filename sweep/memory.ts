// Pure: what memory a trainer needs for each trial of a sweep, from which follows what device it is sent to.
import { drawn, keptLayers, taskOf, testSize } from './arithmetic.ts';
import type { BackboneFacts, SweepFacts, TaskFacts } from './facts.ts';
import { countBackbone } from './methods/full-tuning.ts';
import { descriptorOf } from './methods/index.ts';
import { scoringBytes, stepBytes } from './step-memory.ts';
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

/** Weights; encoded examples of the draw, and kept hidden states of them for every layer of the task; and what is computed at the peak. */
function memoryMiB(trial: Trial, facts: SweepFacts, layersKept: number): number {
  const { backbone } = facts;
  const task = taskOf(trial, facts);
  const examples = drawn(trial, task) + testSize(trial, task);
  const tokens = examples * task.meanTokens;
  const kept = (BYTES * layersKept * tokens * backbone.hiddenSize) / 2 ** 20;
  const lasting = BYTES * lastingNumbers(trial, backbone) + encodedBytes(examples, tokens);
  const peak = Math.max(...peaks(trial, task, backbone));
  return Math.ceil((lasting + peak) / 2 ** 20 + Math.min(kept, MOST_KEPT_MIB)) + PROCESS_MIB;
}

/** Of examples of so many tokens in all, as a trainer has them. */
export function encodedBytes(examples: number, tokens: number): number {
  return BYTES * tokens + BYTES_BESIDE_IDS * examples;
}

/** In bytes: of a step and of a scored batch, texts being of the mean length. */
function peaks(trial: Trial, { meanTokens }: TaskFacts, backbone: BackboneFacts): number[] {
  const { batchSize, evaluationBatchSize } = trial.training;
  const texts = (count: number) => ({ count, tokens: count * meanTokens, longest: meanTokens });
  return [stepBytes(trial, texts(batchSize), backbone), scoringBytes(trial, texts(evaluationBatchSize), backbone)];
}

/** The weights; full tuning holds two moments beside them. */
function lastingNumbers({ method }: Trial, backbone: BackboneFacts): number {
  return countBackbone(backbone) * (descriptorOf(method.method).passes === 3 ? 3 : 1);
}

const BYTES = 4;
/** What an array and the object around it take beside an example's ids, by measurement in Node 20. */
const BYTES_BESIDE_IDS = 320;
/** Node and TensorFlow themselves. */
export const PROCESS_MIB = 400;
/** A trainer keeps no more hidden states than these, and those of a training split. */
const MOST_KEPT_MIB = 512 + 256;
