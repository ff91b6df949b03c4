// Pure: what a trial is called by what decides its outcome, and by nothing else.
import { createHash } from 'node:crypto';
import type { Architecture } from './backbone-config.ts';
import { descriptorOf, isTrained } from './methods/index.ts';
import { revisionOf } from './reading.ts';
import type { TaskSettings } from './task.ts';
import type { Trial } from './trial.ts';

/** Changes when the meaning of a trial changes, so that old and new results are never taken for the same. */
const VERSION = 1;

/**
 * sha256 over everything that decides a trial's outcome. Fingerprints stand for the files, so neither names nor folders
 * matter; nor does `evaluationBatchSize`, which decides speed and memory alone. Zero-shot trains nothing: only its data
 * seed counts. A backbone's `setup` is left out: all trials of a sweep share it, and whoever comes with another is refused.
 *
 * @param architecture of the trial's backbone
 */
export function trialKey(trial: Trial, architecture: Architecture): string {
  const seeds = isTrained(trial.method.method) ? { trainSeed: trial.trainSeed } : {};
  return sha256({ ...configurationOf(trial, architecture), dataSeed: trial.dataSeed, ...seeds });
}

/** The trial without its seeds: what is averaged over them. */
export function configurationKey(trial: Trial, architecture: Architecture): string {
  return sha256(configurationOf(trial, architecture));
}

/** sha256 of what an example's text is put into and of what is read off the mask. */
export function fingerprintTemplate({ template, labelWords }: Pick<TaskSettings, 'template' | 'labelWords'>): string {
  return sha256({ template, labelWords });
}

function configurationOf({ backbone, task, regime, method, training }: Trial, architecture: Architecture) {
  const { revision, decoderRevision = revision } = descriptorOf(method.method);
  return {
    version: VERSION,
    revision: architecture === 'decoder' ? decoderRevision : revision, // hashed where a method has one
    reading: revisionOf(task.template, architecture) === 1 ? undefined : 2,
    backbone: backbone.fingerprint,
    task: {
      name: task.name,
      template: task.template,
      labelWords: task.labelWords,
      metric: task.metric,
      positive: task.positive,
      data: task.data.fingerprint,
    },
    regime,
    method,
    ...(isTrained(method.method) ? { training: { ...training, evaluationBatchSize: undefined } } : {}),
  };
}

function sha256(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/** JSON with every mapping's keys in order: equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
