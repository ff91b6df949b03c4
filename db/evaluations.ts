// Evaluations: scores on dev at intervals, and on each test once.
import { asc, eq } from 'drizzle-orm';
import type { Evaluation } from '../training/messages.ts';
import type { StopReason } from '../sweep/stopping/rule.ts';
import { type Database, ask } from './client.ts';
import { type AttemptOf, fenced } from './fence.ts';
import { evaluations } from './schema.ts';
import { judgeTrial } from './stopping.ts';

/**
 * One row a split and step: an attempt that passes a step again overwrites it.
 * @returns why the sweep's rule stops the trial here; null where it goes on
 * @throws StaleAttemptError
 */
export function recordEvaluation(
  database: Database,
  { trialId, attempt, evaluation }: AttemptOf & { evaluation: Evaluation },
): Promise<StopReason | null> {
  const { split, step, metric, score, parts = null, loss, examples } = evaluation;
  const { predictions = null, labels = null } = evaluation;
  const numbers = { attempt, metric, score, parts, loss, examples, predictions, labels };
  return fenced(database, { trialId, attempt }, async (transaction, trial) => {
    await transaction
      .insert(evaluations)
      .values({ trialId, split, step, ...numbers })
      .onConflictDoUpdate({ target: [evaluations.trialId, evaluations.split, evaluations.step], set: numbers });
    return split === 'dev' ? judgeTrial(transaction, trial, step) : null;
  });
}

export function listEvaluations(database: Database, trialId: string): Promise<(typeof evaluations.$inferSelect)[]> {
  return ask(database, () =>
    database
      .select()
      .from(evaluations)
      .where(eq(evaluations.trialId, trialId))
      .orderBy(asc(evaluations.split), asc(evaluations.step)),
  );
}
