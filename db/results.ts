// Results: the views read for the CLI, and a sweep's progress.
import { and, asc, desc, eq, gt, inArray, isNotNull, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { type FinishedWork, bestOnDev } from '../sweep/statistics.ts';
import { type MeasuredSeconds, sharesOf, type TimeShares, tokensPerMs } from '../sweep/throughput.ts';
import type { MetricName, Regime, Split, TrialState } from '../sweep/trial.ts';
import { type Database, ask } from './client.ts';
import { attempts, evaluations, trials } from './schema.ts';
import { listStopped, preferWhole } from './stopped.ts';
import { type StateCounts, countStates } from './sweeps.ts';
import { comparison, configurationMeans } from './views.ts';

/** One trial as `results --format json` prints it; null where a field does not apply or is not known yet. */
export interface TrialResult extends TimeShares {
  /** By which `show` finds it: <sweep>/<position>. */
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
  /** Whether other trials took part in the steps that were timed. */
  measuredJointly: boolean | null;
  tokensPerMs: number | null;
  cacheHitRate: number | null;
  peakMemoryMiB: number | null;
  attempts: number;
}

export type ConfigurationMean = typeof configurationMeans.$inferSelect;
export type ComparisonRow = typeof comparison.$inferSelect;

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
        attempts: page.attempt,
        stepTokens: page.stepTokens,
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
  const { cacheHitRate, peakMemoryMiB, attempts: begun, ...before } = rest;
  const shares = sharesOf({ forwardSeconds, backwardSeconds, evaluationSeconds, waitingSeconds });
  const speed = { tokensPerMs: tokensPerMs({ stepTokens, msPerStep: row.msPerStep }), cacheHitRate, peakMemoryMiB };
  return { ...before, ...speed, ...shares, attempts: begun };
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

/** A complete trial with what pairs it with others. */
export type ScoredTrial = Pick<TrialResult, 'task' | 'method' | 'dataSeed' | 'trainSeed'> & {
  configurationKey: string;
  testScore: number;
};

/** Of these configurations, in running order; complete trials only. */
export async function listScored(
  database: Database,
  { sweepId, configurationKeys }: { sweepId: string; configurationKeys: string[] },
): Promise<ScoredTrial[]> {
  const { task, method, configurationKey, dataSeed, trainSeed, testScore } = trials;
  const rows = await ask(database, () =>
    database
      .select({ task, method, configurationKey, dataSeed, trainSeed, testScore })
      .from(trials)
      .where(
        and(
          eq(trials.sweepId, sweepId),
          eq(trials.state, 'complete'),
          inArray(trials.configurationKey, configurationKeys),
        ),
      )
      .orderBy(asc(trials.position)),
  );
  return rows.flatMap(({ testScore: score, ...row }) => (score === null ? [] : [{ ...row, testScore: score }]));
}

/** Best on dev first within a task; complete trials only. */
export function listConfigurations(database: Database, sweepId: string): Promise<ConfigurationMean[]> {
  const { task, devMean, n, configurationKey } = configurationMeans;
  return ask(database, () =>
    database
      .select()
      .from(configurationMeans)
      .where(eq(configurationMeans.sweepId, sweepId))
      .orderBy(asc(task), desc(devMean), desc(n), asc(configurationKey)),
  );
}

/** Measured pairs first, the LPT configuration best on dev on top; published figures after them. */
export function listComparison(database: Database, sweepId: string): Promise<ComparisonRow[]> {
  const { kind, task, devMean, configurationKey, baselineMethod, baselineBackbone } = comparison;
  return ask(database, () =>
    database
      .select()
      .from(comparison)
      .where(eq(comparison.sweepId, sweepId))
      .orderBy(asc(task), asc(kind), desc(devMean), asc(configurationKey), asc(baselineMethod), asc(baselineBackbone)),
  );
}

/** The published figures alone: without a measured pair being put together. One row a figure. */
export function listPublished(database: Database, sweepId: string): Promise<ComparisonRow[]> {
  const { kind, task, baselineMethod, baselineBackbone } = comparison;
  return ask(database, () =>
    database
      .select()
      .from(comparison)
      .where(and(eq(comparison.sweepId, sweepId), eq(kind, 'published')))
      .orderBy(asc(task), asc(baselineMethod), asc(baselineBackbone)),
  );
}

export interface Progress {
  counts: StateCounts;
  total: number;
  /** The configuration best on dev so far, of each task that has one. */
  best: ConfigurationMean[];
  /** Estimated arithmetic of the trials that have not ended. */
  remainingFlops: number;
  /** The trials that finished last, newest first: for `secondsLeft`. */
  recent: FinishedWork[];
}

const RECENT = 20;

export async function progress(database: Database, sweepId: string): Promise<Progress> {
  const [counts, configurations, remainingFlops, recent, stopped] = await Promise.all([
    countStates(database, sweepId),
    listConfigurations(database, sweepId),
    remaining(database, sweepId),
    recentWork(database, sweepId),
    listStopped(database, sweepId),
  ]);
  const tasks = [...new Set(configurations.map(({ task }) => task))];
  const ofTask = (task: string) =>
    preferWhole(
      configurations.filter((row) => row.task === task),
      stopped,
    );
  const best = tasks.flatMap((task) => bestOnDev(ofTask(task)) ?? []);
  return { counts, total: Object.values(counts).reduce((sum, n) => sum + n, 0), best, remainingFlops, recent };
}

async function remaining(database: Database, sweepId: string): Promise<number> {
  const [row] = await ask(database, () =>
    database
      .select({ flops: sql<number>`coalesce(sum(${trials.flops}), 0)` })
      .from(trials)
      .where(and(eq(trials.sweepId, sweepId), inArray(trials.state, ['waiting', 'running']))),
  );
  return row?.flops ?? 0;
}

/** The last attempt's time only: what an interrupted one spent is not this trial's speed. */
async function recentWork(database: Database, sweepId: string): Promise<FinishedWork[]> {
  return ask(database, () =>
    database
      .select({
        flops: trials.flops,
        seconds: sql<number>`extract(epoch from ${attempts.finishedAt} - ${attempts.startedAt})::float8`,
      })
      .from(trials)
      .innerJoin(attempts, and(eq(attempts.trialId, trials.id), eq(attempts.attempt, trials.attempt)))
      .where(and(eq(trials.sweepId, sweepId), eq(trials.state, 'complete'), isNotNull(attempts.finishedAt)))
      .orderBy(desc(trials.finishedAt))
      .limit(RECENT),
  );
}
