// The card of a trial that was trained in a test.
import { createHash } from 'node:crypto';
import { CARD_FORMAT, WEIGHTS_FILE, type ModelCard } from '../../sweep/model-card.ts';
import { trialKey } from '../../sweep/trial-key.ts';
import type { Trial } from '../../sweep/trial.ts';

export function cardOf(trial: Trial, weights: Uint8Array): ModelCard {
  const { backbone, task, method, regime, training, dataSeed, trainSeed } = trial;
  const { name, template, labelWords, metric, data } = task;
  return {
    format: CARD_FORMAT,
    programVersion: '1.2.3',
    trial: { name: 'tiny/0', id: '', trialKey: trialKey(trial, 'encoder') },
    backbone: { name: backbone.name, fingerprint: backbone.fingerprint },
    task: { name, template, labelWords, metric, columns: data.columns },
    ...{ method, regime, training, dataSeed, trainSeed },
    scores: { devScore: 0.5, testScore: 0.5, selectedStep: 1 },
    weights: { file: WEIGHTS_FILE, sha256: createHash('sha256').update(weights).digest('hex'), parameters: 1 },
    peft: { written: false, note: '' },
    provenance: null,
  };
}
