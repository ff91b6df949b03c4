// The test examples that a trial got wrong, with their text: what its attempt predicted, held against the data it was scored on.
import { labelsOf } from '../sweep/labels.ts';
import { listEvaluations } from '../db/evaluations.ts';
import type { TrialRow } from '../db/fence.ts';
import type { Control } from './control.ts';
import { testExamples } from './test-examples.ts';

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
