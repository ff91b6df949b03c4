// What is selected for the results of a page of trials, and out of what.
import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { MetricName, Split } from '../sweep/task.ts';
import type { Database } from './client.ts';
import { evaluations, trials } from './schema.ts';

export interface ResultsPage {
  sweepId: string;
  /** Only trials that come after this position. */
  after: number;
  limit: number;
}

type Page = ReturnType<typeof pageOf>;

/** In running order. It is cut before anything is joined: else Postgres looks through the evaluations of all sweeps. */
export function pageOf(database: Database, { sweepId, after, limit }: ResultsPage) {
  return database
    .select()
    .from(trials)
    .where(and(eq(trials.sweepId, sweepId), gt(trials.position, after)))
    .orderBy(asc(trials.position))
    .limit(limit)
    .as('page');
}

export const test = alias(evaluations, 'test');
export const mismatched = alias(evaluations, 'mismatched');

/** The row of the selected step: an attempt that ended otherwise on another device may have left one of another step. */
export function scoredOn(split: typeof test | typeof mismatched, name: 'test' | 'test-mismatched', page: Page) {
  return and(eq(split.trialId, page.id), eq(split.split, name), eq(split.step, page.selectedStep));
}

/** Of the page joined with both evaluations. */
export function columnsOf(page: Page) {
  const { position, trialKey, task, metric, regime, k, method, insertionLayer, insertionLayers } = page;
  const { promptLength, generator, dataSeed, trainSeed, state, stopReason, devScore, testScore } = page;
  const { steps, trainableParameters, msPerStep, measuredJointly, cacheHitRate, peakMemoryMib } = page;
  const { attempt, configurationKey, stepTokens } = page;
  const { forwardSeconds, backwardSeconds, evaluationSeconds, waitingSeconds } = page;
  return {
    ...{ position, trialKey, task, metric, regime, k, method, insertionLayer, insertionLayers },
    ...{ promptLength, generator, dataSeed, trainSeed, state },
    stoppedAtStep: sql<number | null>`(${stopReason} ->> 'step')::integer`,
    stopReason: sql<string | null>`${stopReason} ->> 'words'`,
    ...{ devScore, testScore, testAccuracy: partOf('accuracy'), testF1: partOf('f1') },
    mismatchedScore: mismatched.score,
    shortenedTrain: shortenedOf(page, 'train'),
    shortenedDev: shortenedOf(page, 'dev'),
    shortenedTest: shortenedOf(page, 'test'),
    shortenedMismatched: shortenedOf(page, 'test-mismatched'),
    ...{ steps, trainableParameters, msPerStep, measuredJointly, cacheHitRate, peakMemoryMiB: peakMemoryMib },
    ...{ attempts: attempt, configurationKey, stepTokens },
    ...{ forwardSeconds, backwardSeconds, evaluationSeconds, waitingSeconds },
  };
}

function partOf(name: MetricName) {
  return sql<number | null>`(${test.parts} ->> ${name})::float8`;
}

function shortenedOf(page: Page, split: Split) {
  return sql<number | null>`(${page.shortened} ->> ${split})::integer`;
}
