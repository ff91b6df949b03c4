import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printMethods } from '../../cli/methods.ts';
import { baselines, importBaselineFile } from '../../control/baselines.ts';
import { compareMethods } from '../../control/compare-methods.ts';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { recordEvaluation } from '../../db/evaluations.ts';
import { createSweep } from '../../db/sweeps.ts';
import { finishTrial, listWaiting } from '../../db/trials.ts';
import type { TaskSettings } from '../../sweep/trial.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { outcomeOf, smallSweep } from '../support/trials.ts';

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
async function finished(name: string, scores: Score[], task: Partial<TaskSettings> = {}): Promise<void> {
  const { database } = own;
  const asked = smallSweep(name);
  for (const { trial } of asked.trials) trial.task = { ...trial.task, ...task };
  const { sweep } = await createSweep(database, asked);
  const ids = await listWaiting(database, { sweepId: sweep.id, limit: scores.length });
  for (const [index, trialId] of ids.entries()) {
    await beginAttempt(database, { trialId, worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' });
    const { dev, test: score, predictions, msPerStep = 50 } = scores[index]!;
    const numbers = { split: 'test', step: 20, metric: 'accuracy', score, loss: 0.5, examples: 8 } as const;
    const evaluation = { ...numbers, ...(predictions ? { predictions, labels: LABELS } : {}) };
    await recordEvaluation(database, { trialId, attempt: 1, evaluation });
    await finishTrial(database, { trialId, attempt: 1, outcome: { ...outcomeOf(dev, score), msPerStep } });
  }
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

  test('are no pair where each is judged by the F1 of another label', async () => {
    const f1 = { metric: 'f1' } as const;
    await finished('last-label', BOTH, f1);
    await finished('also-last', BOTH, f1);
    await finished('first-label', BOTH, { ...f1, positive: '0' });
    const across = async (other: string) => {
      const { pairs } = await compareMethods(own, 'last-label', { with: other });
      return pairs.filter(({ first, second }) => first.sweep !== second.sweep);
    };
    expect(await across('also-last')).not.toEqual([]);
    expect(await across('first-label')).toEqual([]);
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
});
