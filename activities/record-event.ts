// Writes what a trainer says into Postgres, in the name of one attempt. Each write may be repeated.
import { saveCheckpoint } from '../db/checkpoints.ts';
import type { Database } from '../db/client.ts';
import { recordEvaluation } from '../db/evaluations.ts';
import { recordMetrics } from '../db/metrics.ts';
import type { TrainEvent } from '../training/train-options.ts';

/**
 * @returns whether the trial shall stop here, because of its score on dev
 * @throws StaleAttemptError when another attempt has the trial
 */
export async function recordEvent(
  database: Database,
  writer: { trialId: string; attempt: number },
  event: TrainEvent,
): Promise<boolean> {
  if (event.type === 'metrics') await recordMetrics(database, { ...writer, points: event.points });
  if (event.type === 'evaluation')
    return (await recordEvaluation(database, { ...writer, evaluation: event.evaluation })) !== null;
  if (event.type === 'checkpoint') {
    await saveCheckpoint(database, { ...writer, kind: 'last', step: event.step, bytes: event.bytes });
  }
  return false;
}
