import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printMethods } from '../../cli/methods.ts';
import { printPerSeed } from '../../cli/per-seed.ts';
import { baselines, importBaselineFile } from '../../control/baselines.ts';
import { compareMethods } from '../../control/compare-methods.ts';
import { comparePerSeed } from '../../control/compare-per-seed.ts';
import { methodScores } from '../../control/tables.ts';
import { addTrials } from '../../db/add-trials.ts';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { listBestPerSeed } from '../../db/best-per-seed.ts';
import { listCompared } from '../../db/compared-trials.ts';
import { recordEvaluation } from '../../db/evaluations.ts';
import { attempts, baselines as figures } from '../../db/schema.ts';
import { createSweep } from '../../db/sweeps.ts';
import { finishTrial, listWaiting } from '../../db/trials.ts';
import { comparison } from '../../db/views.ts';
import { methodTables } from '../../page/views/methods.ts';
import { expand } from '../../sweep/plan.ts';
import { scoreColumns } from '../../sweep/statistics/words.ts';
import type { TaskSettings } from '../../sweep/task.ts';
import { endInOrder } from '../support/endings.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { FACTS, outcomeOf, smallSweep } from '../support/trials.ts';

let own: TestDatabase;
let folder: string;
beforeAll(async () => {
  [own, folder] = await Promise.all([createTestDatabase(), mkdtemp(join(tmpdir(), 'baselines-'))]);
});
afterAll(async () => {
  await own.drop();
  await rm(folder, { recursive: true });
});

interface Score {
  dev: number;
  test: number;
  predictions?: number[];
  msPerStep?: number | null;
}

const LABELS = [1, 1, 1, 1, 1, 1, 1, 0];

/** Of each data seed (13, then 21), in running order: zero-shot, prompt tuning, LPT at layer 3, LPT at layer 6. */
async function finished(
  name: string,
  scores: Score[],
  { testSize = null, ...task }: Partial<TaskSettings> & { testSize?: number | null } = {},
): Promise<void> {
  const { database } = own;
  const planned = smallSweep(name);
  for (const { trial } of planned.trials) {
    trial.regime = { ...trial.regime, testSize };
    trial.task = { ...trial.task, ...task };
  }
  const { sweep } = await createSweep(database, planned);
  const ids = await listWaiting(database, { sweepId: sweep.id, limit: scores.length });
  for (const [index, trialId] of ids.entries()) {
    await beginAttempt(database, { trialId, worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' });
    const { dev, test: score, predictions, msPerStep = 50 } = scores[index]!;
    const numbers = {
      split: 'test',
      step: 20,
      metric: task.metric ?? 'accuracy',
      score,
      loss: 0.5,
      examples: 8,
    } as const;
    const evaluation = { ...numbers, ...(predictions ? { predictions, labels: LABELS } : {}) };
    await recordEvaluation(database, { trialId, attempt: 1, evaluation });
    await finishTrial(database, { trialId, attempt: 1, outcome: { ...outcomeOf(dev, score), msPerStep } });
  }
}

/** Zero-shot, prompt tuning and LPT, the same on both data seeds: by accuracy, and once more by F1 in trials that were added. */
async function finishedByBoth(name: string, accuracy: number[], f1: number[]): Promise<string> {
  const { database } = own;
  const asked = smallSweep(name, '[3]');
  const { sweep } = await createSweep(database, asked);
  const facts = { ...FACTS, tasks: { mr: { ...FACTS.tasks['mr']!, metric: 'f1' as const } } };
  await addTrials(database, { ...asked, trials: expand(asked.spec, facts).trials });
  await endInOrder(database, { sweepId: sweep.id, endings: [...accuracy, ...accuracy, ...f1, ...f1] });
  return sweep.id;
}

const RIGHT = LABELS;
const WRONG = [0, 0, 0, 0, 0, 0, 0, 0];
const BOTH: Score[] = [
  { dev: 0.5, test: 0.5 },
  { dev: 0.6, test: 0.6, predictions: WRONG },
  // Best on test, not on dev: never chosen.
  { dev: 0.7, test: 0.99, predictions: WRONG },
  { dev: 0.8, test: 0.75, predictions: RIGHT, msPerStep: null },
  { dev: 0.5, test: 0.6 },
  { dev: 0.6, test: 0.62, predictions: WRONG },
  { dev: 0.7, test: 0.99, predictions: WRONG },
  { dev: 0.8, test: 0.85, predictions: RIGHT, msPerStep: 60 },
];

describe('methods compared', () => {
  test('stand with the configuration that dev chose, its mean and sd, its costs, and their rank', async () => {
    await finished('ranks', BOTH);
    const { scores, overall, notes } = await compareMethods(own, 'ranks');
    const lpt = scores.find(({ method }) => method === 'lpt')!;
    // (0.75 + 0.85) / 2 = 0.8; sd √(2 · 0.05²) = 0.0707106…; one of its two trials was not timed.
    expect(lpt).toMatchObject({ n: 2, configurations: 1, task: 'mr', k: 32, costs: { msPerStep: 60 } });
    expect(lpt.testMean).toBeCloseTo(0.8, 12);
    expect(lpt.testSd).toBeCloseTo(0.0707106781186548, 12);
    // 8 examples a batch of 24 tokens each: 192 tokens in 60 ms. 590,848 of BERT's 110 million.
    expect(lpt.costs.tokensPerMs).toBeCloseTo(3.2, 12);
    expect(lpt.costs.trainableShare).toBeCloseTo(0.0054, 4);
    expect(overall.map(({ method, meanRank }) => [method, meanRank]).sort()).toEqual([
      ['lpt', 1],
      ['prompt-tuning', 2],
      ['zero-shot', 3],
    ]);
    expect(notes.join()).toContain('no McNemar');
  });

  test('have costs over the trials that were measured alone', async () => {
    const { sweep } = await createSweep(own.database, smallSweep('costs'));
    const ids = await listWaiting(own.database, { sweepId: sweep.id, limit: 8 });
    // Of LPT at layer 6: on seed 13 alone, on seed 21 beside others. Of LPT at 3, as earlier versions wrote it down: on seed
    // 13 alone after an attempt with others.
    const measured = [
      { trialId: ids[3]!, dev: 0.8, seconds: 10, how: {} },
      { trialId: ids[7]!, dev: 0.8, seconds: 90, how: { measuredJointly: true, jointSteps: 0, peakMemoryMiB: 4000 } },
      { trialId: ids[2]!, dev: 0.7, seconds: 90, how: { jointSteps: 10 } },
    ];
    for (const { trialId, dev, seconds, how } of measured) {
      await beginAttempt(own.database, { trialId, worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' });
      const outcome = { ...outcomeOf(dev, dev), msPerStep: seconds, ...how };
      await finishTrial(own.database, { trialId, attempt: 1, outcome });
      const startedAt = sql`${attempts.finishedAt} - make_interval(secs => ${seconds})`;
      await own.database.update(attempts).set({ startedAt }).where(eq(attempts.trialId, trialId));
    }
    const { scores } = await compareMethods(own, 'costs');
    expect(scores).toMatchObject([{ n: 2, costs: { msPerStep: 10, peakMemoryMiB: 900.5, wallSeconds: 10 } }]);
    const [layer3] = await listCompared(own.database, { sweepId: sweep.id, trialIds: [ids[2]!] });
    expect(layer3!.costs).toMatchObject({ msPerStep: 90, peakMemoryMiB: 900.5, wallSeconds: null });
  });

  test('differ pair by pair over the seeds that both have, tested on each seed by stored predictions', async () => {
    await finished('pairs', BOTH);
    const { pairs } = await compareMethods(own, 'pairs');
    const pair = pairs.find(({ first, second }) => first.method === 'prompt-tuning' && second.method === 'lpt')!;
    const [task] = pair.tasks;
    // 0.6 − 0.75 = −0.15 and 0.62 − 0.85 = −0.23.
    expect(task).toMatchObject({ n: 2, unpaired: 0 });
    expect(task!.difference).toBeCloseTo(-0.19, 12);
    expect(task!.interval!.low).toBeCloseTo(-0.23, 12);
    // Seven examples that only LPT got right: 2 · 0.5⁷ = 0.015625, twice that of two seeds.
    expect(
      task!.mcnemar.map(({ onlySecond, p, holm }) => [onlySecond, Number(p.toFixed(12)), Number(holm.toFixed(12))]),
    ).toEqual([
      [7, 0.015625, 0.03125],
      [7, 0.015625, 0.03125],
    ]);
    expect(pair.pooled.wilcoxon).toMatchObject({ p: null, why: expect.stringContaining('cannot reach') as string });
  });

  test('are no pair and in no column together where each is judged by the F1 of another label', async () => {
    const f1 = { metric: 'f1' } as const;
    await finished('last-label', BOTH, f1);
    await finished('also-last', BOTH, f1);
    await finished('first-label', BOTH, { ...f1, positive: '0' });
    const across = async (other: string) => {
      const { pairs, ...compared } = await compareMethods(own, 'last-label', { with: other });
      const between = pairs.filter(({ first, second }) => first.sweep !== second.sweep);
      return { pairs: between, heads: scoreColumns(compared.scores).map(({ title }) => title), ...compared };
    };
    const same = await across('also-last');
    expect(same.pairs).not.toEqual([]);
    expect(same.heads).toEqual(['mr (32)']);
    const other = await across('first-label');
    expect(other.pairs).toEqual([]);
    expect(other.heads).toEqual(['mr (32, f1 of 1)', 'mr (32, f1 of 0)']);
    expect(other.overall.every(({ meanRank, testAverage }) => meanRank === null && testAverage === null)).toBe(true);
    expect(other.notes.join()).not.toContain('other data');
    expect(new Set(other.scores.map(({ positive }) => positive))).toEqual(new Set(['1', '0']));
    expect((await compareMethods(own, 'ranks')).scores[0]).toMatchObject({ positive: null });
  });

  test('of unequal seeds, of one seed, and of none say so', async () => {
    await finished('unequal', BOTH.slice(0, 7));
    const { notes, pairs } = await compareMethods(own, 'unequal');
    expect(notes.join()).toContain('unequal numbers of seeds');
    await finished('one', BOTH.slice(0, 4));
    const one = await compareMethods(own, 'one');
    expect(one.notes.join()).toContain('3 of 3 scores are of one seed: no standard deviation');
    expect(one.pairs[0]!.tasks[0]).toMatchObject({ n: 1, interval: null, t: { p: null } });
    expect(printMethods('table', one)).toContain('one seed: no sd');
    expect(pairs.length).toBeGreaterThan(0);
    await finished('none', []);
    const none = await compareMethods(own, 'none');
    expect(none).toMatchObject({ scores: [], pairs: [], overall: [] });
    expect(printMethods('table', none)).toContain('nothing to compare');
  });

  test('of two sweeps are told apart by name, and paired where ground is the same', async () => {
    await finished('this', BOTH);
    await finished('that', BOTH);
    const { pairs, overall, average } = await compareMethods(own, 'this', { with: 'that', average: 'per-seed' });
    expect(average).toBe('per-seed');
    expect(overall).toHaveLength(6);
    const same = pairs.find(({ first, second }) => first.method === 'lpt' && second.method === 'lpt')!;
    expect([same.first.sweep, same.second.sweep, same.pooled.difference]).toEqual(['this', 'that', 0]);
  });

  test('of two metrics are told apart in every heading, on the terminal and on the page', async () => {
    await finished('in-accuracy', BOTH);
    await finished('in-f1', BOTH, { metric: 'f1' });
    const compared = await compareMethods(own, 'in-accuracy', { with: 'in-f1' });
    const table = printMethods('table', compared);
    const heads = /│ method .*/
      .exec(table)?.[0]
      .split('│')
      .map((cell) => cell.trim());
    expect(heads).toEqual(['', 'method', 'mr (32, accuracy)', 'mr (32, f1)', 'average', 'mean rank', '']);
    expect(table).toMatch(/│ lpt \(in-f1\) +│ +– │ +80\.0 ± 7\.1 \(n 2\) │/);
    expect(methodTables(compared).text).toContain('mr (32, f1)');
    const alone = printMethods('table', await compareMethods(own, 'in-f1'));
    // Over one task there is nothing to average.
    expect(alone).toMatch(/│ method +│ +mr \(32\) │ mean rank/);
  });

  test('of two metrics in one sweep have columns of their own in its table', async () => {
    await finishedByBoth('both-metrics', [0.8, 0.8, 0.8], [0.6, 0.6, 0.6]);
    const { scores, caption } = await methodScores(own, 'both-metrics');
    const lpt = scores.filter(({ method }) => method === 'lpt').map(({ task, mean }) => [task, mean]);
    expect(lpt).toEqual([
      ['mr (accuracy)', 0.8],
      ['mr (f1)', 0.6],
    ]);
    expect(caption).toContain('(accuracy on mr; f1 on mr)');
  });

  test('of two metrics in one sweep are chosen on each seed, and paired, by each metric alone', async () => {
    const sweepId = await finishedByBoth('chosen-by-both', [0.5, 0.75, 0.8], [0.5, 0.85, 0.6]);
    const chosen = await listBestPerSeed(own.database, sweepId);
    expect(chosen.map(({ candidates }) => candidates)).toEqual(Array.from({ length: 12 }, () => 1));
    const { pairs } = await compareMethods(own, 'chosen-by-both', { average: 'per-seed' });
    const pair = pairs.find(({ first, second }) => first.method === 'prompt-tuning' && second.method === 'lpt')!;
    // 0.75 − 0.8 and 0.85 − 0.6.
    const differences = pair.tasks.map(({ metric, difference }) => [metric, difference?.toFixed(2)]);
    expect(differences).toEqual([
      ['accuracy', '-0.05'],
      ['f1', '0.25'],
    ]);
    const table = printPerSeed('table', await comparePerSeed(own, 'chosen-by-both'));
    expect(table).toMatch(/│ task │ +k │ metric +│ method/);
    expect(table).toMatch(/│ mr +│ 32 │ f1 +│ lpt +│ 2 │ 60\.0 ± 0\.0/);
  });

  test('of two metrics in one sweep are held against each other by each metric alone in the view `comparison`', async () => {
    const sweepId = await finishedByBoth('viewed-by-both', [0.5, 0.75, 0.8], [0.5, 0.85, 0.6]);
    const rows = await own.database.select().from(comparison).where(eq(comparison.sweepId, sweepId));
    const found = rows.map(({ metric, baselineMethod, difference }) => [
      metric,
      baselineMethod,
      difference?.toFixed(2),
    ]);
    expect(found.sort()).toEqual([
      ['accuracy', 'prompt-tuning', '0.05'],
      ['accuracy', 'zero-shot', '0.30'],
      ['f1', 'prompt-tuning', '-0.25'],
      ['f1', 'zero-shot', '0.10'],
    ]);
  });

  test('of two sweeps that were tested on other examples are not paired, and the notes say so', async () => {
    await finished('whole-test', BOTH);
    await finished('drawn-test', BOTH, { testSize: 100 });
    const { pairs, scores, notes } = await compareMethods(own, 'whole-test', { with: 'drawn-test' });
    expect(pairs).toHaveLength(6);
    expect(pairs.filter(({ first, second }) => first.sweep !== second.sweep)).toEqual([]);
    expect(new Set(scores.map(({ testSize }) => testSize))).toEqual(new Set([null, 100]));
    expect(notes).toContain(
      'On mr (32) the sweeps have other test examples (all in whole-test, testSize 100 in drawn-test): ranks go across them, and no pair is made between them.',
    );
  });

  test('say of a sweep that was asked for and has no complete trial that it is in no table', async () => {
    await finished('there', BOTH);
    await finished('nothing-yet', []);
    const { notes, scores } = await compareMethods(own, 'there', { with: 'nothing-yet' });
    expect(scores).toHaveLength(3);
    expect(notes).toContain('Sweep nothing-yet has no complete trial yet: nothing of it is compared.');
  });
});

describe("a person's own figures", () => {
  const HEAD = 'paper,table,backbone,task,regime,method,metric,score,sd,parameters,source';
  const file = async (...lines: string[]): Promise<string> => {
    await writeFile(join(folder, 'own.csv'), [HEAD, ...lines].join('\n'));
    return join(folder, 'own.csv');
  };

  test('stand beside measured scores and change none of them, whatever their names hold', async () => {
    await finished('beside', BOTH);
    const before = await compareMethods(own, 'beside');
    const path = await file(
      '"A ""great"" paper",1,<b>large</b>,mr,full,"<script>, ""x""",accuracy,91.8,0.4,100,"A, Table 1"',
    );
    expect(await importBaselineFile(own, path)).toBe(1);
    expect(await importBaselineFile(own, path)).toBe(1);
    const after = await compareMethods(own, 'beside', { with: 'published' });
    expect({ ...after, published: [] }).toEqual(before);
    expect(after.published).toEqual([
      expect.objectContaining({ method: '<script>, "x"', backbone: '<b>large</b>', score: 0.918, sd: 0.004 }),
    ]);
    expect(printMethods('table', after)).toContain('<script>, "x"');
  });

  test('are rows of the CSV as well, and a note says where there is none', async () => {
    await finished('in-csv', BOTH);
    const asked = (): ReturnType<typeof compareMethods> => compareMethods(own, 'in-csv', { with: 'published' });
    await importBaselineFile(own, await file('mine,1,large,mr,full,mine,accuracy,91.8,0.4,100,"A, Table 1"'));
    const [head = '', ...rows] = printMethods('csv', await asked())
      .trimEnd()
      .split('\n');
    expect(rows.filter((row) => row.startsWith('measured,'))).toHaveLength(3);
    const mine = rows.find((row) => row.includes(',mine,'))!;
    const cell = (name: string): string | undefined => mine.split(',')[head.split(',').indexOf(name)];
    expect(['kind', 'task', 'testMean', 'testSd', 'n'].map(cell)).toEqual(['published', 'mr', '0.918', '0.004', '']);
    expect(mine).toMatch(/,"A, Table 1"$/);
    expect((await asked()).notes.join()).not.toContain('no published figure');
    await own.database.delete(figures).where(eq(figures.task, 'mr'));
    expect((await asked()).notes).toContain(
      'There is no published figure on mr: `lpt-sweep baselines` lists those that there are.',
    );
  });

  test.each([
    [
      'a,1,b,mr,full,m,accuracy,ninety,,,s',
      'own.csv, line 3, column `score`: Expected a percentage from -100 to 100, found `ninety`.',
    ],
    ['a,1,b,mr,full,m,accuracy,90,-1,,s', 'line 3, column `sd`'],
    ['a,1,b,mr,full,m,accuracy,90,,1.5,s', 'line 3, column `parameters`'],
    [
      'a,1,b,mr,half,m,accuracy,90,,,s',
      'line 3, column `regime`: Expected one of few-shot, full, per-class, found `half`.',
    ],
    ['a,1,b,mr,full,m,accuracy,90,,,', 'line 3, column `source`'],
    ['a,1,b,mr,full,m,accuracy,90', 'line 3: Expected 11 columns, found 8.'],
    ['good,1,b,mr,full,m,accuracy,91,,,s', 'line 3: Expected each figure once, found that of line 2 again.'],
  ])('with the row %s are refused whole, by line and column', async (row, message) => {
    const before = await baselines(own);
    await expect(importBaselineFile(own, await file('good,1,b,mr,full,m,accuracy,90,,,s', row))).rejects.toThrow(
      message,
    );
    expect(await baselines(own)).toEqual(before);
  });

  test('as shares are refused whole, where they would be less than 1 %; Matthews correlations may be that low', async () => {
    const shares = ['a,1,b,mr,full,m,accuracy,0.918,0.004,,s', 'a,1,b,cola,full,m,matthews,0,,,s'];
    await expect(importBaselineFile(own, await file(...shares))).rejects.toThrow(
      'own.csv, column `score`: Expected percent (91.8 for a share of 0.918), found nothing above 1.',
    );
    expect(await importBaselineFile(own, await file(...shares.slice(1)))).toBe(1);
    expect(await importBaselineFile(own, await file('a,1,b,trec,full,m,accuracy,91.8,,,s', ...shares))).toBe(3);
  });
});
