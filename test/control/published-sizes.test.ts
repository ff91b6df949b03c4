// Published figures of one method and task, told apart by the size of their training data wherever they are shown.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASELINE_COLUMNS } from '../../cli/baseline-columns.ts';
import { printComparison } from '../../cli/comparison.ts';
import { printMethods } from '../../cli/methods.ts';
import { printPerSeed } from '../../cli/per-seed.ts';
import { print } from '../../cli/print.ts';
import { baselines, importBaselineFile } from '../../control/baselines.ts';
import { compareMethods } from '../../control/compare-methods.ts';
import { comparePerSeed } from '../../control/compare-per-seed.ts';
import { compare } from '../../control/compare.ts';
import { createSweep } from '../../db/sweeps.ts';
import { endInOrder } from '../support/endings.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { smallSweep } from '../support/trials.ts';

let own: TestDatabase;
let folder: string;
beforeAll(async () => {
  [own, folder] = await Promise.all([createTestDatabase(), mkdtemp(join(tmpdir(), 'baselines-'))]);
  const planned = smallSweep('sizes');
  const { sweep } = await createSweep(own.database, planned);
  await endInOrder(own.database, { sweepId: sweep.id, endings: planned.trials.map(() => 0.7) });
});
afterAll(async () => {
  await own.drop();
  await rm(folder, { recursive: true });
});

async function fileWith(...rows: string[]): Promise<string> {
  const head = 'paper,table,backbone,task,regime,method,metric,score,sd,parameters,source,k';
  await writeFile(join(folder, 'own.csv'), [head, ...rows].join('\n'));
  return join(folder, 'own.csv');
}

function regimesIn(table: string): (string | undefined)[] {
  return [...table.matchAll(/│ (few-shot[ 0-9]*?) *│/g)].map(([, regime]) => regime);
}

test('they are kept for each size, and shown with it; one without a size is shown as it is', async () => {
  const row = 'mine,1,large,mr,few-shot,mine,accuracy';
  const path = await fileWith(`${row},91.8,,,s,100`, `${row},93,,,s,500`, `${row},90,,,s,`);
  // The second time brings them up to date.
  expect([await importBaselineFile(own, path), await importBaselineFile(own, path)]).toEqual([3, 3]);
  const methods = await compareMethods(own, 'sizes', { with: 'published' });
  const [perSeed, fixed] = await Promise.all([comparePerSeed(own, 'sizes'), compare(own, 'sizes')]);
  const expected = [
    [100, 0.918],
    [500, 0.93],
    [null, 0.9],
  ];
  expect(methods.published.map(({ k, score }) => [k, score])).toEqual(expected);
  for (const { published } of [perSeed, fixed])
    expect(published.map(({ k, baselineTestMean }) => [k, baselineTestMean])).toEqual(expected);
  const listed = (await baselines(own)).filter(({ task }) => task === 'mr');
  const tables = [
    print('table', { rows: listed, columns: BASELINE_COLUMNS, whenEmpty: '' }),
    ...[printMethods('table', methods), printPerSeed('table', perSeed), printComparison('table', fixed)],
  ];
  expect(tables.map(regimesIn)).toEqual(Array(4).fill(['few-shot 100', 'few-shot 500', 'few-shot']));
  expect(printMethods('csv', methods)).toMatch(/\npublished,,mine,,mr,few-shot,100,accuracy,/);
});

test.each([
  ['few-shot', '0', 'line 2, column `k`: Expected a whole number from 1, or nothing, found `0`.'],
  ['per-class', '1.5', 'line 2, column `k`: Expected a whole number from 1, or nothing, found `1.5`.'],
  ['full', '100', 'line 2, column `k`: Expected nothing where the regime is full, found `100`.'],
])('a figure of the regime %s with a k of %s is refused', async (regime, k, message) => {
  const path = await fileWith(`a,1,b,trec,${regime},m,accuracy,90,,,s,${k}`);
  await expect(importBaselineFile(own, path)).rejects.toThrow(message);
});

test('one figure twice with the same size is refused', async () => {
  const row = 'a,1,b,trec,few-shot,m,accuracy,90,,,s,100';
  await expect(importBaselineFile(own, await fileWith(row, row))).rejects.toThrow('found that of line 2 again');
});
