import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { fingerprintData, loadPool, loadSplits, loadTest } from '../../data/dataset.ts';
import { findTask } from '../../data/tasks/index.ts';
import { labelsOf } from '../../sweep/labels.ts';
import type { TaskSettings } from '../../sweep/task.ts';
import { fileWith, temporaryFolder } from '../support/data-files.ts';

const SHARED = resolve('../shared/data');
const content = 'sentence\tlabel\n' + 'fine\t1\n'.repeat(10) + 'dull\t0\n'.repeat(10);

const task = (files: TaskSettings['data']['files']): TaskSettings => ({
  ...findTask('sst2')!,
  data: { files, columns: {}, fingerprint: '' },
});

test('test is the test file, else the dev file, else a part of the only file', async () => {
  const train = await fileWith('train.tsv', content);
  const other = await fileWith('dev.tsv', 'sentence\tlabel\nother\t1\n');
  expect((await loadPool(task({ train, test: other }))).test).toHaveLength(1);
  expect((await loadPool(task({ train, dev: other }))).test).toHaveLength(1);
  const only = await loadPool(task({ train }));
  expect([only.train.length, only.test.length]).toEqual([16, 4]);
});

test('a test file without labels, as GLUE has them, gives way to the dev file', async () => {
  const train = await fileWith('train.tsv', content);
  const dev = await fileWith('dev.tsv', 'sentence\tlabel\nother\t1\n');
  const hidden = await fileWith('test.tsv', 'sentence\tlabel\nsecret\t-1\nsecret\t-1\n');
  expect(await loadPool(task({ train, dev, test: hidden }))).toMatchObject({ test: { length: 1 }, testedOnDev: true });
  expect(await loadPool(task({ train, test: hidden }))).toMatchObject({ test: { length: 2 }, testedOnDev: false });
  expect(await loadPool(task({ train, dev, test: dev }))).toMatchObject({ testedOnDev: false });
  expect(await loadPool(task({ train, dev }))).toMatchObject({ testedOnDev: false });
  // GLUE's own files have no column for them.
  const unlabelled = await fileWith('test.tsv', 'index\tsentence\n0\tsecret\n');
  const files = { train, dev, test: unlabelled };
  expect(await loadPool(task(files))).toMatchObject({ test: { length: 1 }, testedOnDev: true });
  expect(await loadTest(task(files), { testSize: null })).toEqual((await loadPool(task(files))).test);
  await expect(loadPool(task({ train, test: unlabelled }))).rejects.toThrow('Expected a column `label`');
  const unreadable = await fileWith('test.tsv', 'text\tlabel\nother\t1\n');
  await expect(loadPool(task({ train, dev, test: unreadable }))).rejects.toThrow('Expected a column `sentence`');
});

test('a test file without the column that a person says has the labels is refused', async () => {
  const urgent = 'sentence\turgent\nother\t1\n';
  const files = { train: await fileWith('train.tsv', urgent), dev: await fileWith('dev.tsv', urgent) };
  const misnamed = await fileWith('test.tsv', 'sentence\tUrgent\nother\t1\n');
  const mapped = {
    ...task(files),
    data: { files: { ...files, test: misnamed }, columns: { label: 'urgent' }, fingerprint: '' },
  };
  const refusal = 'Expected a column `urgent` for the field `label`';
  await expect(loadPool(mapped)).rejects.toThrow(refusal);
  await expect(loadTest(mapped, { testSize: null })).rejects.toThrow(refusal);
});

test('test alone is what the pool has as test, and train is not read for it', async () => {
  const other = await fileWith('dev.tsv', 'sentence\tlabel\nother\t1\n');
  const nowhere = join(await temporaryFolder(), 'nowhere.tsv');
  const whole = { testSize: null };
  expect((await loadTest(task({ train: nowhere, dev: other }), whole)).map(({ label }) => label)).toEqual(['1']);
  const only = task({ train: await fileWith('train.tsv', content) });
  expect(await loadTest(only, whole)).toEqual((await loadPool(only)).test);
  expect(await loadTest(only, { testSize: 2 })).toHaveLength(2);
});

test('of SNLI, what trials are tested on is what the pool has as test: no example without a label, of either form', async () => {
  const rows = (label: string): string => `${label} a\tb\t${label}\n`.repeat(5);
  const tsv = `sentence1\tsentence2\tlabel\n${['-1', 'neutral', '-', 'entailment'].map(rows).join('')}`;
  const file = await fileWith('train.tsv', tsv);
  for (const files of [{ train: file, test: file, testMismatched: file }, { train: file }]) {
    const snli = { ...findTask('snli')!, data: { files, columns: {}, fingerprint: '' } };
    const { unlabelled, testedOnDev: _, ...pool } = await loadPool(snli);
    const read = new Set(Object.values(pool).flatMap((examples) => examples.map(({ label }) => label)));
    expect([[...read].sort(), unlabelled]).toEqual([['entailment', 'neutral'], 'test' in files ? 30 : 10]);
    for (const testSize of [null, 2]) {
      const { test } = await loadSplits({
        ...{ task: snli, regime: { kind: 'few-shot', k: 2, devSize: 2, testSize } },
        dataSeed: 13,
      });
      expect(await loadTest(snli, { testSize })).toEqual(test);
    }
    const own = { ...snli, labelWords: { ...snli.labelWords, '-1': 'Perhaps' } };
    expect((await loadPool(own)).unlabelled).toBe(unlabelled / 2);
  }
});

test('a second test file is read, and is part of the fingerprint', async () => {
  const train = await fileWith('train.tsv', content);
  const testMismatched = await fileWith('mismatched.tsv', 'sentence\tlabel\nother\t1\n');
  expect((await loadPool(task({ train, test: train, testMismatched })))['test-mismatched']).toHaveLength(1);
  expect(await fingerprintData({ train, test: train, testMismatched }, {})).not.toBe(
    await fingerprintData({ train, test: train }, {}),
  );
});

test('a fingerprint follows content and mapping, not the place', async () => {
  const train = await fileWith('train.tsv', content);
  const moved = join(await temporaryFolder(), 'elsewhere.tsv');
  await copyFile(train, moved);
  const print = await fingerprintData({ train }, { sentence: 'a', label: 'b' });
  expect(await fingerprintData({ train: moved }, { label: 'b', sentence: 'a' })).toBe(print);
  expect(await fingerprintData({ train }, {})).not.toBe(print);
  expect(await fingerprintData({ train, test: moved }, { sentence: 'a', label: 'b' })).not.toBe(print);
  const changed = await fileWith('train.tsv', content.replace('dull', 'dUll'));
  expect(await fingerprintData({ train: changed }, { sentence: 'a', label: 'b' })).not.toBe(print);
});

test.for(['sst2', 'mr', 'subj', 'trec', 'mrpc', 'rte', 'qnli', 'qqp', 'mnli'])(
  'the real %s reads without a broken line or an unknown label',
  async (name, { skip }) => {
    skip(!existsSync(SHARED), 'no ../shared/data on this machine');
    const settings = findTask(name)!;
    const files = { train: join(SHARED, name, 'train.tsv'), test: join(SHARED, name, 'test.tsv') };
    const pool = await loadPool({ ...settings, data: { files, columns: {}, fingerprint: '' } });
    const labels = new Set(pool.train.map(({ label }) => label));
    expect([...labels].sort()).toEqual(labelsOf(settings.labelWords));
  },
);
