// Stopping rules, where their rows are: a trial that has just been scored on dev is held against the others of its sweep.
import { and, asc, eq, sql } from 'drizzle-orm';
import { judge, judgesAt } from '../sweep/stopping/judge.ts';
import { isWithinSeeds, type Standing, type Stopping, type StopReason } from '../sweep/stopping/rule.ts';
import type { Transaction } from './client.ts';
import type { TrialRow } from './fence.ts';
import { evaluations, sweeps, trials } from './schema.ts';

/**
 * Marks the trial where its sweep's rule stops it at this step: it still has to write its checkpoint, and then ends. What a
 * person told it before goes first. Asked again it gives the same answer.
 * @param trial locked, with its score on dev written
 * @returns null where it goes on
 */
export async function judgeTrial(transaction: Transaction, trial: TrialRow, step: number): Promise<StopReason | null> {
  if (trial.stopAs === 'stopped-early') return trial.stopReason;
  // `waiting`: it was told to stop, and then to go on.
  if ((trial.stopAs !== null && trial.stopAs !== 'waiting') || trial.isSpared) return null;
  const stopping = await readStopping(transaction, trial.sweepId);
  const { steps, evaluateEvery } = trial.trial.training;
  const when = { step, steps, evaluateEvery };
  if (stopping === null || !judgesAt(stopping, when)) return null;
  const standings = await listStandings(transaction, trial, { step, sameSeeds: isWithinSeeds(stopping) });
  const own = standings.find(({ position }) => position === trial.position);
  if (own === undefined) return null;
  const peers = standings.filter((other) => other !== own);
  const stopReason = judge(stopping, { ...when, own, peers });
  if (stopReason !== null)
    await transaction.update(trials).set({ stopAs: 'stopped-early', stopReason }).where(eq(trials.id, trial.id));
  return stopReason;
}

async function readStopping(transaction: Transaction, sweepId: string): Promise<Stopping | null> {
  const [sweep] = await transaction
    .select({ stopping: sql<Stopping | null>`${sweeps.spec} -> 'stopping'` })
    .from(sweeps)
    .where(eq(sweeps.id, sweepId));
  return sweep?.stopping ?? null;
}

interface Compared {
  step: number;
  /** Those with other seeds are left out. */
  sameSeeds: boolean;
}

/** Of the trials that have come as far, with the same task, metric, draw and number of steps; the trial's own is among them. */
function listStandings(transaction: Transaction, trial: TrialRow, { step, sameSeeds }: Compared): Promise<Standing[]> {
  const { position, configurationKey: configuration, dataSeed, trainSeed } = trials;
  const steps = sql`${trials.trial} #>> '{training,steps}'`;
  return transaction
    .select({
      ...{ position, configuration, dataSeed, trainSeed },
      best: sql<number>`max(${evaluations.score}) filter (where ${evaluations.step} <= ${step})`,
      final: sql<number | null>`case when ${trials.state} = 'complete' then ${trials.devScore} end`,
    })
    .from(trials)
    .innerJoin(evaluations, and(eq(evaluations.trialId, trials.id), eq(evaluations.split, 'dev')))
    .where(
      and(
        eq(trials.sweepId, trial.sweepId),
        eq(trials.task, trial.task),
        eq(trials.metric, trial.metric),
        eq(trials.regime, trial.regime),
        sql`${trials.k} is not distinct from ${trial.k}`,
        sameSeeds ? and(eq(dataSeed, trial.dataSeed), eq(trainSeed, trial.trainSeed)) : undefined,
        sql`${steps} = ${String(trial.trial.training.steps)}`,
      ),
    )
    .groupBy(trials.id)
    .having(sql`max(${evaluations.step}) >= ${step} and min(${evaluations.step}) <= ${step}`)
    .orderBy(asc(position));
}
