// All the numbers of one trial that its seeds decide, for holding them against those of another run.
import type { TrialNumbers } from '../sweep/repetition.ts';
import { loadCheckpoint } from './checkpoints.ts';
import type { Database } from './client.ts';
import { listEvaluations } from './evaluations.ts';
import type { TrialRow } from './fence.ts';
import { listMetrics } from './metrics.ts';

export async function loadNumbers(database: Database, trial: TrialRow): Promise<TrialNumbers> {
  const [curves, evaluations, best] = await Promise.all([
    listMetrics(database, trial.id),
    listEvaluations(database, trial.id),
    loadCheckpoint(database, { trialId: trial.id, kind: 'best' }),
  ]);
  const { devScore, testScore, selectedStep, steps, trainableParameters } = trial;
  return {
    curves,
    evaluations,
    outcome: { devScore, testScore, selectedStep, steps, trainableParameters },
    weights: best?.bytes ?? null,
  };
}
