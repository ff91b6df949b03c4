// Every trial of a sweep with its settings, scores and costs, a page at a time.
import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Regime } from '../sweep/regime.ts';
import type { TrialState } from '../sweep/states.ts';
import type { MetricName, Split } from '../sweep/task.ts';
import { type MeasuredSeconds, sharesOf, type TimeShares, tokensPerMs } from '../sweep/throughput.ts';
import { type Database, ask } from './client.ts';
import { evaluations, trials } from './schema.ts';

/** One trial as `results` shows it; null where a field does not apply or is not known yet. */
export interface TrialResult extends TimeShares {
  /** In its sweep: the second part of its name. */
  position: number;
  trialKey: string;
  task: string;
  metric: MetricName;
  regime: Regime['kind'];
  k: number | null;
  method: string;
  /** The lowest, where there are several. */
  insertionLayer: number | null;
  /** All of them: `6+9`. */
  insertionLayers: string | null;
  promptLength: number | null;
  generator: string | null;
  dataSeed: number;
  trainSeed: number;
  state: TrialState;
  /** Where a stopping rule ended it, and why; null for all others. */
  stoppedAtStep: number | null;
  stopReason: string | null;
  devScore: number | null;
  testScore: number | null;
  /** These two where the test score is put together of them. */
  testAccuracy: number | null;
  testF1: number | null;
  /** On the second test set, where the task has one. */
  mismatchedScore: number | null;
  /** Examples of the split that were too long for the backbone and lost text. */
  shortenedTrain: number | null;
  shortenedDev: number | null;
  shortenedTest: number | null;
  shortenedMismatched: number | null;
  steps: number | null;
  trainableParameters: number | null;
  msPerStep: number | null;
  /** Whether other trials were in its trainer. */
  measuredJointly: boolean | null;
  tokensPerMs: number | null;
  cacheHitRate: number | null;
  peakMemoryMiB: number | null;
  attempts: number;
  configurationKey: string;
}

const test = alias(evaluations, 'test');
const mismatched = alias(evaluations, 'mismatched');

function partOf(name: MetricName) {
  return sql<number | null>`(${test.parts} ->> ${name})::float8`;
}

export interface ResultsPage {
  sweepId: string;
  /** Only trials that come after this position. */
  after?: number;
  limit?: number;
}

/** Of one query: fetched and read in well under the 200 ms that a page may take. */
const PAGE = 1000;

/** In running order. The page is cut before anything is joined: else Postgres looks through the evaluations of all sweeps. */
export async function listResults(
  database: Database,
  { sweepId, after = -1, limit = PAGE }: ResultsPage,
): Promise<TrialResult[]> {
  const page = database
    .select()
    .from(trials)
    .where(and(eq(trials.sweepId, sweepId), gt(trials.position, after)))
    .orderBy(asc(trials.position))
    .limit(limit)
    .as('page');
  /** The row of the selected step: an attempt that ended otherwise on another device may have left one of another step. */
  const scoredOn = (split: typeof test | typeof mismatched, name: 'test' | 'test-mismatched') =>
    and(eq(split.trialId, page.id), eq(split.split, name), eq(split.step, page.selectedStep));
  const shortenedOf = (split: Split) => sql<number | null>`(${page.shortened} ->> ${split})::integer`;
  const rows = await ask(database, () =>
    database
      .select({
        position: page.position,
        trialKey: page.trialKey,
        task: page.task,
        metric: page.metric,
        regime: page.regime,
        k: page.k,
        method: page.method,
        insertionLayer: page.insertionLayer,
        insertionLayers: page.insertionLayers,
        promptLength: page.promptLength,
        generator: page.generator,
        dataSeed: page.dataSeed,
        trainSeed: page.trainSeed,
        state: page.state,
        stoppedAtStep: sql<number | null>`(${page.stopReason} ->> 'step')::integer`,
        stopReason: sql<string | null>`${page.stopReason} ->> 'words'`,
        devScore: page.devScore,
        testScore: page.testScore,
        testAccuracy: partOf('accuracy'),
        testF1: partOf('f1'),
        mismatchedScore: mismatched.score,
        shortenedTrain: shortenedOf('train'),
        shortenedDev: shortenedOf('dev'),
        shortenedTest: shortenedOf('test'),
        shortenedMismatched: shortenedOf('test-mismatched'),
        steps: page.steps,
        trainableParameters: page.trainableParameters,
        msPerStep: page.msPerStep,
        measuredJointly: page.measuredJointly,
        cacheHitRate: page.cacheHitRate,
        peakMemoryMiB: page.peakMemoryMib,
        ...{ attempts: page.attempt, configurationKey: page.configurationKey, stepTokens: page.stepTokens },
        ...{ forwardSeconds: page.forwardSeconds, backwardSeconds: page.backwardSeconds },
        ...{ evaluationSeconds: page.evaluationSeconds, waitingSeconds: page.waitingSeconds },
      })
      .from(page)
      .leftJoin(test, scoredOn(test, 'test'))
      .leftJoin(mismatched, scoredOn(mismatched, 'test-mismatched'))
      .orderBy(asc(page.position)),
  );
  return rows.map(withThroughput);
}

type Stored = Omit<TrialResult, 'tokensPerMs' | keyof TimeShares> & MeasuredSeconds & { stepTokens: number };

function withThroughput(row: Stored): TrialResult {
  const { stepTokens, forwardSeconds, backwardSeconds, evaluationSeconds, waitingSeconds, ...rest } = row;
  const { cacheHitRate, peakMemoryMiB, attempts: begun, configurationKey, ...before } = rest;
  const shares = sharesOf({ forwardSeconds, backwardSeconds, evaluationSeconds, waitingSeconds });
  const speed = { tokensPerMs: tokensPerMs({ stepTokens, msPerStep: row.msPerStep }), cacheHitRate, peakMemoryMiB };
  return { ...before, ...speed, ...shares, attempts: begun, configurationKey };
}

/** Every trial from a position on, a page a query. */
export async function* eachResult(
  database: Database,
  { sweepId, after = -1 }: Pick<ResultsPage, 'sweepId' | 'after'>,
): AsyncGenerator<TrialResult> {
  for (let last = after; ;) {
    const page = await listResults(database, { sweepId, after: last });
    yield* page;
    if (page.length < PAGE) return;
    last = page.at(-1)?.position ?? last;
  }
}
