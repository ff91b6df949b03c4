// Complete trials with their settings and dev scores: what effects are made of.
import { and, asc, eq, isNotNull } from 'drizzle-orm';
import { type Database, ask } from './client.ts';
import type { TrialRow } from './fence.ts';
import { trials } from './schema.ts';

export type CompleteTrial = Pick<
  TrialRow,
  'task' | 'method' | 'regime' | 'k' | 'metric' | 'trial' | 'configurationKey' | 'dataSeed' | 'trainSeed' | 'devScore'
>;

/** In running order. */
export function listComplete(database: Database, sweepId: string): Promise<CompleteTrial[]> {
  const { task, method, regime, k, metric, trial, configurationKey, dataSeed, trainSeed, devScore } = trials;
  return ask(database, () =>
    database
      .select({ task, method, regime, k, metric, trial, configurationKey, dataSeed, trainSeed, devScore })
      .from(trials)
      .where(and(eq(trials.sweepId, sweepId), eq(trials.state, 'complete'), isNotNull(devScore)))
      .orderBy(asc(trials.position)),
  );
}
