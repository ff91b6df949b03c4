// The test examples that a trial got wrong, with their text: what its attempt predicted, held against the data it was scored on.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprintData, loadSplits } from '../data/dataset.ts';
import type { Example } from '../data/example.ts';
import { filesIn, writeParts } from '../data/parts.ts';
import { labelsOf } from '../sweep/labels.ts';
import { listStoredFiles, readDataSet } from '../db/data-sets.ts';
import { listEvaluations } from '../db/evaluations.ts';
import type { TrialRow } from '../db/trials.ts';
import type { DataSource, Trial } from '../sweep/trial.ts';
import type { Control } from './control.ts';

export interface WrongPrediction {
  /** In the split's own order, from 0. */
  index: number;
  fields: Record<string, string>;
  label: string;
  predicted: string;
}

export type WrongPredictions =
  | { kind: 'listed'; examples: number; wrong: WrongPrediction[] }
  /** No predictions are stored: the trial is not complete, or of a time when none were kept. */
  | { kind: 'no predictions' }
  /** The data is neither on this machine nor in Postgres, or has changed since. */
  | { kind: 'no data' };

type Database = Control['database'];

export async function wrongPredictions(database: Database, row: TrialRow): Promise<WrongPredictions> {
  const evaluations = await listEvaluations(database, row.id);
  const scored = evaluations.find(({ split, step }) => split === 'test' && step === row.selectedStep);
  const predictions = scored?.predictions;
  if (!predictions) return { kind: 'no predictions' };
  const examples = await testExamples(database, row.trial);
  if (examples?.length !== predictions.length) return { kind: 'no data' };
  const labels = labelsOf(row.trial.task.labelWords);
  const wrong = examples.flatMap(({ fields, label }, index): WrongPrediction[] => {
    const predicted = labels[predictions[index] ?? -1] ?? '';
    return predicted === label ? [] : [{ index, fields, label, predicted }];
  });
  return { kind: 'listed', examples: examples.length, wrong };
}

/** Null where no file with the trial's fingerprint is to be had. */
async function testExamples(database: Database, trial: Trial): Promise<Example[] | null> {
  const { data } = trial.task;
  if (await isSame(data, data.files)) return readTest(trial, data.files);
  const stored = await listStoredFiles(database, data.fingerprint);
  if (stored.length === 0) return null;
  const folder = await mkdtemp(join(tmpdir(), 'lpt-sweep-texts-'));
  try {
    const own = join(folder, 'data');
    await writeParts(own, readDataSet(database, data.fingerprint));
    return await readTest(trial, filesIn(own, stored));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readTest({ task, regime, dataSeed }: Trial, files: DataSource['files']): Promise<Example[]> {
  const { test } = await loadSplits({ task: { ...task, data: { ...task.data, files } }, regime, dataSeed });
  return test;
}

async function isSame({ columns, fingerprint }: DataSource, files: DataSource['files']): Promise<boolean> {
  return (await fingerprintData(files, columns).catch(() => null)) === fingerprint;
}
