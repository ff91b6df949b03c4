// Pure: the usual values, taken where a sweep file says nothing.
import type { BackboneFacts } from './facts.ts';
import type { LptSpec, TrainingChoices } from './spec.ts';
import type { GeneratorName, MethodName, TrainingSettings } from './trial.ts';

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
};

/** Training every weight at a prompt's rate destroys the backbone. */
export const FULL_TUNING_LEARNING_RATE = 2e-5;

/** Where the method says nothing the sweep does, and where that says nothing the usual value holds. */
export function trainingChoices(
  method: MethodName,
  ofSweep: TrainingChoices,
  ofMethod: TrainingChoices,
): Record<keyof TrainingSettings, number[]> {
  const learningRate = method === 'full-tuning' ? FULL_TUNING_LEARNING_RATE : USUAL.learningRate;
  const chosen = { ...ofSweep, ...ofMethod };
  const valuesOf = (setting: keyof TrainingSettings) => chosen[setting] ?? [{ ...USUAL, learningRate }[setting]];
  return {
    steps: valuesOf('steps'),
    batchSize: valuesOf('batchSize'),
    learningRate: valuesOf('learningRate'),
    weightDecay: valuesOf('weightDecay'),
    warmupFraction: valuesOf('warmupFraction'),
    clipNorm: valuesOf('clipNorm'),
    evaluateEvery: valuesOf('evaluateEvery'),
    evaluationBatchSize: valuesOf('evaluationBatchSize'),
  };
}

/** Nothing is trained: one spelling of that, whatever the sweep says of training. */
export function untrained(ofSweep: TrainingChoices): TrainingSettings {
  return { ...USUAL, steps: 0, evaluationBatchSize: ofSweep.evaluationBatchSize?.[0] ?? USUAL.evaluationBatchSize };
}

/** The middle of the backbone, as in the paper (12 of 24). */
export function insertionLayers(spec: LptSpec, backbone: BackboneFacts): number[] {
  return spec.insertionLayer ?? [Math.floor(backbone.layers / 2)];
}

export function promptLengths(spec: LptSpec, generator: GeneratorName): number[] {
  return spec.promptLength ?? [generator === 'none' ? 20 : 5];
}
