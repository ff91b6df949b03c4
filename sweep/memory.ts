// Pure: what memory a trainer needs for each trial of a sweep, from which follows what device it is sent to.
import { drawn, taskOf, testSize } from './arithmetic.ts';
import type { BackboneFacts, SweepFacts, TaskFacts } from './facts.ts';
import { keptExamples, keptLayers, keptNumbers, keptTrainingBytes } from './kept-training.ts';
import { countBackbone } from './methods/full-tuning.ts';
import type { Widths } from './methods/descriptor.ts';
import { scoringBytes, stepBytes } from './step-memory.ts';
import { trainedNumbers } from './trained-numbers.ts';
import type { Trial } from './trial.ts';

/** @returns MiB at the peak, in the trials' order */
export function memoryOfTrials(trials: readonly Trial[], facts: SweepFacts): number[] {
  const layersKept = new Map<string, Set<number>>();
  for (const { task, method } of trials) {
    const layers = layersKept.get(task.name) ?? new Set();
    for (const layer of keptLayers(method, facts.backbone)) layers.add(layer);
    layersKept.set(task.name, layers);
  }
  return trials.map((trial) => memoryMiB(trial, facts, layersKept.get(trial.task.name) ?? new Set()));
}

/** Weights; encoded examples of the draw, and kept hidden states of them for every layer of the task; and what is computed at the peak. */
function memoryMiB(trial: Trial, facts: SweepFacts, layersKept: ReadonlySet<number>): number {
  const { backbone } = facts;
  const task = taskOf(trial, facts);
  const examples = drawn(trial, task) + testSize(trial, task);
  const encoded = encodedBytes(examples, examples * task.meanTokens);
  const { values, moments, best } = stateBytes(trial, backbone);
  const weights = BYTES * countBackbone(backbone) + values + moments + best;
  const peak = Math.max(...peaks(trial, task, backbone));
  return Math.ceil((weights + encoded + keptBytes(trial, facts, layersKept) + peak) / 2 ** 20) + PROCESS_MIB;
}

/** A trial's own training split is at hand beside all that its trainer keeps for others. */
function keptBytes(trial: Trial, facts: SweepFacts, layersKept: ReadonlySet<number>): number {
  const { backbone } = facts;
  const task = taskOf(trial, facts);
  const keeping = { trial, task, backbone };
  const examples = keptExamples(keeping) + testSize(trial, task);
  const all = BYTES * examples * keptNumbers(layersKept, task.meanTokens, backbone);
  return Math.min(all, MOST_KEPT_BYTES + keptTrainingBytes(keeping));
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

/** In bytes, of what is trained, from its first steps on. */
export interface StateBytes {
  /** In full tuning they stand beside the frozen ones. */
  values: number;
  moments: number;
  /** The best values so far; new ones are made beside the old. */
  best: number;
}

export function stateBytes(trial: Pick<Trial, 'method' | 'task'>, widths: Widths): StateBytes {
  const copy = BYTES * trainedNumbers(trial, widths);
  return { values: copy, moments: 2 * copy, best: 2 * copy };
}

const BYTES = 4;
/** What an array and the object around it take beside an example's ids, by measurement in Node 20. */
const BYTES_BESIDE_IDS = 320;
/** Node and TensorFlow themselves. */
export const PROCESS_MIB = 400;
/** A trainer keeps no more hidden states than these, and the training splits of the trials that it has. */
const MOST_KEPT_BYTES = 512 * 2 ** 20;
