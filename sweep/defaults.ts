// Pure: the usual values, taken where a sweep file says nothing.
import { descriptorOf } from './methods/index.ts';
import type { MethodSettings } from './methods/settings.ts';
import type { TrainingChoices } from './spec.ts';
import type { TrainingSettings } from './training.ts';

/** Those of the LPT paper (arXiv 2210.11292), for training a prompt in front of frozen weights. */
const USUAL: TrainingSettings = {
  steps: 1000,
  batchSize: 32,
  learningRate: 1e-3,
  weightDecay: 0.1,
  warmupFraction: 0.06,
  clipNorm: 1,
  evaluateEvery: 100,
  evaluationBatchSize: 32,
  frozenDropout: false,
};

export type AllTrainingChoices = { [Setting in keyof TrainingSettings]: TrainingSettings[Setting][] };

export const TRAINING_FIELDS = Object.keys(USUAL);

export function usualTraining(method: MethodSettings): TrainingSettings {
  return { ...USUAL, ...descriptorOf(method.method).usual(method) };
}

/** Where the method says nothing the sweep does, and where that says nothing the usual value holds. */
export function trainingChoices(
  method: MethodSettings,
  ofSweep: TrainingChoices,
  ofMethod: TrainingChoices,
): AllTrainingChoices {
  return { ...listed(usualTraining(method)), ...ofSweep, ...ofMethod };
}

/** Nothing is trained: one spelling of that, whatever the sweep says of training. */
export function untrained(ofSweep: TrainingChoices): AllTrainingChoices {
  const { evaluationBatchSize = USUAL.evaluationBatchSize } = { evaluationBatchSize: ofSweep.evaluationBatchSize?.[0] };
  return listed({ ...USUAL, steps: 0, evaluationBatchSize });
}

function listed(training: TrainingSettings): AllTrainingChoices {
  const lists = Object.entries(training).map(([setting, value]: [string, number | boolean]) => [setting, [value]]);
  return Object.fromEntries(lists) as AllTrainingChoices;
}
