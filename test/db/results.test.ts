import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asc, desc, eq, sql } from 'drizzle-orm';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { recordEvaluation } from '../../db/evaluations.ts';
import { listConfigurations } from '../../db/configurations.ts';
import { progress } from '../../db/progress.ts';
import { listResults } from '../../db/results.ts';
import { createSweep } from '../../db/sweeps.ts';
import { finishTrial, listWaiting } from '../../db/trials.ts';
import { comparison } from '../../db/views.ts';
import type { Evaluation } from '../../training/messages.ts';
import { type TestDatabase, createTestDatabase } from '../support/postgres.ts';
import { outcomeOf, smallSweep } from '../support/trials.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

/** Finishes the first trials in running order (of each data seed: zero-shot, prompt tuning, LPT at 3, LPT at 6). */
async function finished(name: string, scores: [dev: number, test: number][]): Promise<string> {
  const { sweep } = await createSweep(own.database, smallSweep(name));
  const ids = await listWaiting(own.database, { sweepId: sweep.id, limit: scores.length });
  for (const [index, trialId] of ids.entries()) {
    await beginAttempt(own.database, { trialId, worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' });
    const [dev, scored] = scores[index]!;
    await finishTrial(own.database, { trialId, attempt: 1, outcome: outcomeOf(dev, scored) });
  }
  return sweep.id;
}

const BOTH_SEEDS: [number, number][] = [
  [0.6, 0.5],
  [0.62, 0.6],
  [0.7, 0.7],
  [0.8, 0.75],
  [0.64, 0.6],
  [0.6, 0.62],
  [0.74, 0.72],
  [0.86, 0.85],
];

describe('configuration means', () => {
  test('are those of hand arithmetic: n, mean and sample standard deviation', async () => {
    const rows = await listConfigurations(own.database, await finished('means', BOTH_SEEDS));
    expect(rows).toHaveLength(4);
    // (0.8 + 0.86) / 2 = 0.83; deviations ∓0.03, so sd = √(2 · 0.0009 / 1) = 0.0424264…
    expect(rows[0]).toMatchObject({ method: 'lpt', insertionLayer: 6, n: 2, trainableParameters: 590_848 });
    expect(rows[0]!.devMean).toBeCloseTo(0.83, 12);
    expect(rows[0]!.devSd).toBeCloseTo(0.0424264068711929, 12);
    // (0.75 + 0.85) / 2 = 0.8; deviations ∓0.05, so sd = √(0.005) = 0.0707106…
    expect(rows[0]!.testMean).toBeCloseTo(0.8, 12);
    expect(rows[0]!.testSd).toBeCloseTo(0.0707106781186548, 12);
    expect(rows.map(({ devMean }) => Number(devMean.toFixed(4)))).toEqual([0.83, 0.72, 0.62, 0.61]);
  });

  test('of throughput are over trials measured alone', async () => {
    const { sweep } = await createSweep(own.database, smallSweep('together'));
    const ids = await listWaiting(own.database, { sweepId: sweep.id, limit: 8 });
    const waited = [
      { seconds: { forward: 2, backward: 5, evaluation: 1, waiting: 2 } },
      {
        ...{ seconds: { forward: 1, backward: 1, evaluation: 0, waiting: 8 }, peakMemoryMiB: 4000 },
        // It took no step with the others of its trainer, and waited for theirs.
        ...{ measuredJointly: true, jointSteps: 0 },
      },
    ];
    // Of LPT at 6 the one seed ran alone, and the other beside others.
    for (const [index, trialId] of [ids[3]!, ids[7]!].entries()) {
      await beginAttempt(own.database, { trialId, worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' });
      const outcome = { ...outcomeOf(0.7, 0.6), msPerStep: 50 + 50 * index, ...waited[index] };
      await finishTrial(own.database, { trialId, attempt: 1, outcome });
    }
    const [row] = await listConfigurations(own.database, sweep.id);
    expect(row).toMatchObject({ n: 2, msPerStep: 50, peakMemoryMib: 900.5 });
    expect(row).toMatchObject({ forwardShare: 0.2, backwardShare: 0.5, waitingShare: 0.2 });
    const [alone] = await listResults(own.database, { sweepId: sweep.id, after: 2, limit: 1 });
    expect(row!.tokensPerMs).toBe(alone!.tokensPerMs);
  });

  test('over one seed have no standard deviation, and unfinished trials take no part', async () => {
    const rows = await listConfigurations(own.database, await finished('one-seed', BOTH_SEEDS.slice(0, 4)));
    expect(rows.map(({ n, devSd, testSd }) => ({ n, devSd, testSd }))).toEqual(
      Array.from({ length: 4 }, () => ({ n: 1, devSd: null, testSd: null })),
    );
  });
});

/** Measured pairs first, the LPT configuration best on dev on top; published figures after them. */
function comparisonOf(sweepId: string): Promise<(typeof comparison.$inferSelect)[]> {
  const { kind, task, devMean, configurationKey, baselineMethod, baselineBackbone } = comparison;
  return own.database
    .select()
    .from(comparison)
    .where(eq(comparison.sweepId, sweepId))
    .orderBy(asc(task), asc(kind), desc(devMean), asc(configurationKey), asc(baselineMethod), asc(baselineBackbone));
}

describe('the comparison', () => {
  test('pairs every LPT configuration with each other method, seed by seed', async () => {
    const rows = await comparisonOf(await finished('pairs', BOTH_SEEDS));
    const measured = rows.filter(({ kind }) => kind === 'measured');
    expect(measured.map((row) => [row.insertionLayer, row.baselineMethod, row.pairs])).toEqual([
      [6, 'prompt-tuning', 2],
      [6, 'zero-shot', 2],
      [3, 'prompt-tuning', 2],
      [3, 'zero-shot', 2],
    ]);
    // Layer 6 against zero-shot: 0.75 − 0.5 = 0.25 and 0.85 − 0.6 = 0.25.
    expect(measured[1]!.difference).toBeCloseTo(0.25, 12);
    expect(measured[1]!.differenceSd).toBeCloseTo(0, 12);
    // Layer 6 against prompt tuning: 0.75 − 0.6 = 0.15 and 0.85 − 0.62 = 0.23; mean 0.19, sd √(2 · 0.04²) = 0.0565685…
    expect(measured[0]!.difference).toBeCloseTo(0.19, 12);
    expect(measured[0]!.differenceSd).toBeCloseTo(0.0565685424949238, 12);
    expect(measured[0]).toMatchObject({ n: 2, baselineN: 2, source: null });
  });

  test('of unequal seeds counts the seeds that both have', async () => {
    const rows = await comparisonOf(await finished('unequal', BOTH_SEEDS.slice(0, 7)));
    const layer6 = rows.filter((row) => row.insertionLayer === 6);
    expect(layer6.map(({ pairs, n, baselineN }) => [pairs, n, baselineN])).toEqual([
      [1, 1, 2],
      [1, 1, 2],
    ]);
    expect(layer6[0]!.differenceSd).toBeNull();
  });

  test('shows published figures of the same task in rows of their own, in no mean and no difference', async () => {
    const sweepId = await finished('published', BOTH_SEEDS);
    const before = await comparisonOf(sweepId);
    expect(before.some(({ kind }) => kind === 'published')).toBe(false);
    await own.database.execute(sql`
      insert into baselines (id, paper, paper_table, backbone, task, regime, method, metric, score, source)
      values (gen_random_uuid(), 'a paper', '1', 'roberta-base', 'mr', 'full', 'prompt-tuning', 'accuracy', 0.9, 'a paper, Table 1')`);
    const after = await comparisonOf(sweepId);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.slice(before.length)).toEqual([
      expect.objectContaining({
        kind: 'published',
        baselineMethod: 'prompt-tuning',
        baselineBackbone: 'roberta-base',
        baselineTestMean: 0.9,
        source: 'a paper, Table 1',
        n: null,
        pairs: 0,
        difference: null,
      }),
    ]);
    await own.database.execute(sql`delete from baselines where paper = 'a paper'`);
  });
});

describe('results', () => {
  test('have exactly the promised fields, and are what the view says', async () => {
    const sweepId = await finished('fields', BOTH_SEEDS.slice(0, 3));
    const results = await listResults(own.database, { sweepId });
    expect(Object.keys(results[0]!)).toEqual(
      (
        'position trialKey task metric regime k method insertionLayer insertionLayers promptLength generator dataSeed trainSeed state stoppedAtStep stopReason ' +
        'devScore testScore testAccuracy testF1 mismatchedScore ' +
        'shortenedTrain shortenedDev shortenedTest shortenedMismatched ' +
        'steps trainableParameters msPerStep measuredJointly tokensPerMs cacheHitRate peakMemoryMiB forwardShare backwardShare evaluationShare waitingShare attempts configurationKey'
      ).split(' '),
    );
    expect(results[0]).toMatchObject({
      method: 'zero-shot',
      insertionLayer: null,
      promptLength: null,
      generator: null,
    });
    expect(results[1]).toMatchObject({
      method: 'prompt-tuning',
      insertionLayer: 0,
      promptLength: 5,
      generator: 'none',
    });
    expect(results[2]).toMatchObject({
      ...{
        task: 'mr',
        method: 'lpt',
        insertionLayer: 3,
        promptLength: 5,
        generator: 'npg',
        dataSeed: 13,
        trainSeed: 1,
      },
      ...{ state: 'complete', devScore: 0.7, testScore: 0.7, steps: 40, trainableParameters: 590_848, msPerStep: 50 },
      ...{ cacheHitRate: 0.75, peakMemoryMiB: 900.5, attempts: 1, metric: 'accuracy', regime: 'few-shot', k: 32 },
      ...{ shortenedTrain: 0, shortenedDev: 1, shortenedTest: 2, shortenedMismatched: null },
      ...{ testAccuracy: null, testF1: null, mismatchedScore: null },
    });
    // 2, 5, 1 and 2 of 10 seconds.
    const shares = { forwardShare: 0.2, backwardShare: 0.5, evaluationShare: 0.1, waitingShare: 0.2 };
    expect(results[2]).toMatchObject(shares);
    expect(results[3]).toMatchObject({ tokensPerMs: null, forwardShare: null, waitingShare: null });
    expect(results[3]).toMatchObject({ state: 'waiting', devScore: null, testScore: null, steps: null, attempts: 0 });
    const { rows } = await own.database.execute(
      sql`select * from trial_results where sweep_id = ${sweepId} order by position`,
    );
    expect(results.map((row) => [row.trialKey, row.devScore, row.testScore, row.state])).toEqual(
      rows.map((row) => [row['trial_key'], row['dev_score'], row['test_score'], row['state']]),
    );
    expect(rows.slice(0, 2).map((row) => [row['method'], row['learning_rate'], row['batch_size']])).toEqual([
      ['zero-shot', null, null],
      ['prompt-tuning', 0.03, 8],
    ]);
    const throughput = results.map((row) => [
      row.tokensPerMs,
      row.forwardShare,
      row.backwardShare,
      row.evaluationShare,
      row.waitingShare,
    ]);
    expect(throughput).toEqual(
      rows.map((row) =>
        ['tokens_per_ms', 'forward_share', 'backward_share', 'evaluation_share', 'waiting_share'].map(
          (name) => row[name],
        ),
      ),
    );
    expect(results[2]!.tokensPerMs).toBeGreaterThan(0);
    expect(rows.map((row) => row['trial_seconds'])).toEqual([10, 10, 10, ...Array<null>(5).fill(null)]);
  });
});

test('results show the parts of the test score, and the second test set, of the selected step', async () => {
  const { sweep } = await createSweep(own.database, smallSweep('two-tests'));
  const [trialId = ''] = await listWaiting(own.database, { sweepId: sweep.id, limit: 1 });
  await beginAttempt(own.database, { trialId, worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' });
  const evaluation = { metric: 'accuracy-f1', loss: 0.5, examples: 10 } as const;
  const scored: Pick<Evaluation, 'split' | 'step' | 'score' | 'parts'>[] = [
    { split: 'test', step: 10, score: 0.1 }, // an earlier attempt's, on another device
    { split: 'test', step: 20, score: 0.7, parts: { accuracy: 0.8, f1: 0.6 } },
    { split: 'test-mismatched', step: 20, score: 0.65 },
  ];
  for (const numbers of scored)
    await recordEvaluation(own.database, { trialId, attempt: 1, evaluation: { ...evaluation, ...numbers } });
  await finishTrial(own.database, { trialId, attempt: 1, outcome: outcomeOf(0.75, 0.7) });
  const results = await listResults(own.database, { sweepId: sweep.id });
  expect(results).toHaveLength(8);
  expect(results[0]).toMatchObject({ testScore: 0.7, testAccuracy: 0.8, testF1: 0.6, mismatchedScore: 0.65 });
});

describe('progress', () => {
  test('counts states, names the best on dev, and says what is left to compute', async () => {
    const sweepId = await finished('progress', BOTH_SEEDS.slice(0, 4));
    const now = await progress(own.database, sweepId);
    expect(now).toMatchObject({ total: 8, counts: { complete: 4, waiting: 4 } });
    expect(now.best).toEqual([expect.objectContaining({ method: 'lpt', insertionLayer: 6, devMean: 0.8, n: 1 })]);
    // Both data seeds have the same four trials: half of the arithmetic is left.
    const all = smallSweep('progress').trials.reduce((sum, { flops }) => sum + flops, 0);
    expect(now.remainingFlops).toBeCloseTo(all / 2, -3);
    expect(now.recent).toHaveLength(4);
    for (const { seconds } of now.recent) expect(seconds).toBeGreaterThan(0);
  });

  test('of a sweep that has just begun has no best and no speed', async () => {
    const sweepId = await finished('begun', []);
    expect(await progress(own.database, sweepId)).toMatchObject({ best: [], recent: [], counts: { waiting: 8 } });
  });
});
