// Pure: of which examples a trial's hidden states are kept. A large training split's are not: they are computed in every step.
import type { BackboneFacts, TaskFacts } from './facts.ts';
import { keptVectors } from './kept-vectors.ts';
import { descriptorOf } from './methods/index.ts';
import type { MethodSettings } from './methods/settings.ts';
import { devSize, trainingSize } from './regime.ts';
import { sum } from './statistics.ts';
import type { Trial } from './trial.ts';

/**
 * Of a training split, all of whose hidden states are at hand while a trial trains. Not to be fitted to a machine: it decides the
 * last bits of the numbers.
 */
export const LARGEST_KEPT_BYTES = 2 ** 30;

const BYTES = 4;

/** A trial, and what is known of what it reads. */
export interface Keeping {
  trial: Trial;
  task: TaskFacts;
  backbone: BackboneFacts;
}

/** Layers whose output is read; the embeddings are never kept. */
export function keptLayers(method: MethodSettings, { layers }: Pick<BackboneFacts, 'layers'>): number[] {
  return descriptorOf(method.method)
    .inputLayers(method, layers)
    .filter((layer) => layer > 0);
}

/** Numbers of a text of so many tokens, of all these layers. */
export function keptNumbers(layers: Iterable<number>, tokens: number, backbone: BackboneFacts): number {
  return backbone.hiddenSize * sum(Array.from(layers, (layer) => keptVectors(layer, tokens, backbone)));
}

/** Of the training split, by the mean length of its texts; 0 where they are computed in every step. */
export function keptTrainingBytes({ trial, task, backbone }: Keeping): number {
  if (trial.training.frozenDropout || trial.training.steps === 0) return 0;
  const ofText = keptNumbers(keptLayers(trial.method, backbone), task.meanTokens, backbone);
  const bytes = BYTES * trainingSize(trial.regime, task.classes) * ofText;
  return bytes > LARGEST_KEPT_BYTES ? 0 : bytes;
}

/** Whether each step runs its batch through the layers below. */
export function isComputedInSteps(keeping: Keeping): boolean {
  return keptLayers(keeping.trial.method, keeping.backbone).length > 0 && keptTrainingBytes(keeping) === 0;
}

/** Of its draw: training and dev, or dev alone. */
export function keptExamples(keeping: Keeping): number {
  const { trial, task } = keeping;
  const dev = devSize(trial.regime, task.classes);
  return isComputedInSteps(keeping) ? dev : trainingSize(trial.regime, task.classes) + dev;
}
