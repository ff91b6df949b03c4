// Trials of the tiny backbone on a few dozen tiny reviews: a step takes milliseconds.
import { join } from 'node:path';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import type { TrainingSettings } from '../../sweep/training.ts';
import { trialKey } from '../../sweep/trial-key.ts';
import type { Trial } from '../../sweep/trial.ts';
import type { TrainRequest } from '../../training/messages.ts';
import { temporaryFolder } from './data-files.ts';
import { writeTinyBackbone, writeTinyData } from './tiny-backbone.ts';

export function npgAtLayer(insertionLayer: number): MethodSettings {
  return { method: 'lpt', insertionLayer, promptLength: 3, generator: 'npg', bottleneck: 8, dropout: 0.1 };
}

export interface TinyTrial {
  method?: MethodSettings;
  training?: Partial<TrainingSettings>;
  dataSeed?: number;
  trainSeed?: number;
}

/** Writes backbone and data once; gives requests for trials on them. */
export async function tinyTrials(): Promise<(changes?: TinyTrial) => TrainRequest> {
  const folder = await temporaryFolder();
  const { fingerprint } = await writeTinyBackbone(join(folder, 'backbone'));
  const data = await writeTinyData(folder);
  return ({ method = npgAtLayer(2), training = {}, dataSeed = 13, trainSeed = 1 } = {}) => {
    const trial = {
      backbone: { name: 'tiny', folder: join(folder, 'backbone'), fingerprint },
      task: {
        name: 'reviews',
        template: '{sentence} . it was <mask> .',
        labelWords: { '0': 'terrible', '1': 'great' },
        metric: 'accuracy',
        data,
      },
      regime: { kind: 'few-shot', k: 32, devSize: 40, testSize: null },
      method,
      training: { ...TRAINING, ...training },
      dataSeed,
      trainSeed,
    } satisfies Trial;
    return {
      trial,
      trialKey: trialKey(trial, 'encoder'),
      backboneFolder: join(folder, 'backbone'),
      layersToKeep: [1, 2, 3],
    };
  };
}

const TRAINING: TrainingSettings = {
  steps: 20,
  batchSize: 8,
  learningRate: 1e-2,
  weightDecay: 0.1,
  warmupFraction: 0.1,
  clipNorm: 1,
  evaluateEvery: 5,
  evaluationBatchSize: 16,
  frozenDropout: false,
};
