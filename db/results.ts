// Every trial of a sweep with its settings, scores and costs, a page at a time.
import { asc } from 'drizzle-orm';
import type { Regime } from '../sweep/regime.ts';
import type { TrialState } from '../sweep/states.ts';
import type { MetricName } from '../sweep/task.ts';
import { type MeasuredSeconds, sharesOf, type TimeShares, tokensPerMs } from '../sweep/throughput.ts';
import { type Database, ask } from './client.ts';
import { columnsOf, mismatched, pageOf, type ResultsPage, scoredOn, test } from './result-columns.ts';

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

/** Of one query: fetched and read in well under the 200 ms that a page may take. */
const PAGE = 1000;

type Asked = Pick<ResultsPage, 'sweepId'> & Partial<ResultsPage>;

/** In running order. */
export async function listResults(
  database: Database,
  { sweepId, after = -1, limit = PAGE }: Asked,
): Promise<TrialResult[]> {
  const page = pageOf(database, { sweepId, after, limit });
  const rows = await ask(database, () =>
    database
      .select(columnsOf(page))
      .from(page)
      .leftJoin(test, scoredOn(test, 'test', page))
      .leftJoin(mismatched, scoredOn(mismatched, 'test-mismatched', page))
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
  { sweepId, after = -1 }: Omit<Asked, 'limit'>,
): AsyncGenerator<TrialResult> {
  for (let last = after; ;) {
    const page = await listResults(database, { sweepId, after: last });
    yield* page;
    if (page.length < PAGE) return;
    last = page.at(-1)?.position ?? last;
  }
}
