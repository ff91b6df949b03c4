// A task's examples, split the way its regime says, and the fingerprint that tells whether the files are still the same.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Regime } from '../sweep/regime.ts';
import type { DataSource, TaskSettings } from '../sweep/task.ts';
import { MissingColumnError } from './error.ts';
import type { Example } from './example.ts';
import { drawSplits, drawTest, splitOnlyFile, type Pool, type Splits } from './few-shot.ts';
import { readExamples } from './readers/index.ts';
import { findTask } from './tasks/index.ts';
import { fieldsOf } from './template.ts';

export type { Splits } from './few-shot.ts';

export interface SplitRequest {
  task: TaskSettings;
  regime: Regime;
  dataSeed: number;
}

export async function loadSplits({ task, regime, dataSeed }: SplitRequest): Promise<Splits> {
  return drawSplits(await loadPool(task), regime, dataSeed);
}

export interface LoadedPool extends Pool {
  /** Examples that were left out, since they have no label. */
  unlabelled: number;
  /** The test file has no labels, and test is the dev file. */
  testedOnDev: boolean;
}

/** Everything there is to draw from. Test is the test file, else the dev file, else a seeded part of the only file. */
export async function loadPool(task: TaskSettings): Promise<LoadedPool> {
  const { train, test, 'test-mismatched': mismatched, testedOnDev } = await readPool(task);
  const labelled = { train: withLabels(train, task), test: withLabels(test, task) };
  const unlabelled = train.length - labelled.train.length + test.length - labelled.test.length;
  if (mismatched === undefined) return { ...labelled, unlabelled, testedOnDev };
  const second = withLabels(mismatched, task);
  const leftOut = mismatched.length - second.length;
  return { ...labelled, 'test-mismatched': second, unlabelled: unlabelled + leftOut, testedOnDev };
}

async function readPool(task: TaskSettings): Promise<Omit<LoadedPool, 'unlabelled'>> {
  const { files } = task.data;
  const train = await read(task, files.train);
  const found = await readTest(task);
  if (found === null) return { ...splitOnlyFile(train), testedOnDev: false };
  const pool = { train, test: found.examples, testedOnDev: found.testedOnDev };
  if (files.testMismatched === undefined) return pool;
  return { ...pool, 'test-mismatched': await read(task, files.testMismatched) };
}

/** What trials of this task and regime are tested on, the same for every data seed. Train is read only where test is a part of it. */
export async function loadTest(task: TaskSettings, { testSize }: Pick<Regime, 'testSize'>): Promise<Example[]> {
  const found = await readTest(task);
  const test = found?.examples ?? splitOnlyFile(await read(task, task.data.files.train)).test;
  return drawTest(withLabels(test, task), testSize);
}

/** Of a split that has none, all: whoever checks its labels then says what it found. */
function withLabels(examples: Example[], { name, labelWords }: TaskSettings): Example[] {
  const unlabelled = findTask(name)?.unlabelled?.filter((label) => !(label in labelWords)) ?? [];
  if (unlabelled.length === 0) return examples;
  const labelled = examples.filter(({ label }) => !unlabelled.includes(label));
  return labelled.length === 0 ? examples : labelled;
}

type Test = Pick<LoadedPool, 'testedOnDev'> & { examples: Example[] };

/** Null where there is one file only. */
async function readTest(task: TaskSettings): Promise<Test | null> {
  const { test, dev } = task.data.files;
  if (dev === undefined) return test === undefined ? null : { examples: await read(task, test), testedOnDev: false };
  const labelled = test === undefined ? null : await readLabelled(task, test);
  if (labelled !== null) return { examples: labelled, testedOnDev: false };
  return { examples: await read(task, dev), testedOnDev: test !== undefined };
}

/**
 * GLUE keeps the labels of its test sets to itself: null then, as its dev sets are the tests in the papers. Whoever says which
 * column has the labels means a column that is there.
 */
async function readLabelled(task: TaskSettings, file: string): Promise<Example[] | null> {
  const { label = 'label' } = task.data.columns;
  try {
    const examples = await read(task, file);
    return isHidden(examples, task) ? null : examples;
  } catch (error) {
    if (error instanceof MissingColumnError && error.field === 'label' && label === 'label') return null;
    throw error;
  }
}

function read({ template, data: { columns } }: TaskSettings, file: string): Promise<Example[]> {
  return readExamples({ file, columns, fields: fieldsOf(template) });
}

const HIDDEN_LABEL = '-1';

/** As the Hub has GLUE's test sets; GLUE's own files have no such column. */
function isHidden(examples: Example[], { labelWords }: TaskSettings): boolean {
  return !(HIDDEN_LABEL in labelWords) && examples.every(({ label }) => label === HIDDEN_LABEL);
}

/** sha256 over the files' contents and the column mapping: the same wherever the files lie. */
export async function fingerprintData(files: DataSource['files'], columns: Record<string, string>): Promise<string> {
  const hash = createHash('sha256');
  const mapping = Object.entries(columns).sort(([a], [b]) => (a < b ? -1 : 1));
  hash.update(JSON.stringify(mapping));
  for (const split of ['train', 'dev', 'test', 'testMismatched'] as const) {
    const file = files[split];
    if (file === undefined) continue;
    hash.update(`\0${split}\0`);
    for await (const bytes of createReadStream(file)) hash.update(bytes as Uint8Array);
  }
  return hash.digest('hex');
}
