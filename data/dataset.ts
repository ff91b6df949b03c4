// A task's examples, split the way its regime says, and the fingerprint that tells whether the files are still the same.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { DataSource, Regime, TaskSettings } from '../sweep/trial.ts';
import { drawSplits, splitOnlyFile, type Pool, type Splits } from './few-shot.ts';
import { readExamples } from './readers/index.ts';
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

/** Everything there is to draw from. Test is the test file, else the dev file, else a seeded part of the only file. */
export async function loadPool(task: TaskSettings): Promise<Pool> {
  const { files, columns } = task.data;
  const fields = fieldsOf(task.template);
  const train = await readExamples({ file: files.train, columns, fields });
  const testFile = files.test ?? files.dev;
  if (testFile === undefined) return splitOnlyFile(train);
  return { train, test: await readExamples({ file: testFile, columns, fields }) };
}

/** sha256 over the files' contents and the column mapping: the same wherever the files lie. */
export async function fingerprintData(files: DataSource['files'], columns: Record<string, string>): Promise<string> {
  const hash = createHash('sha256');
  const mapping = Object.entries(columns).sort(([a], [b]) => (a < b ? -1 : 1));
  hash.update(JSON.stringify(mapping));
  for (const split of ['train', 'dev', 'test'] as const) {
    const file = files[split];
    if (file === undefined) continue;
    hash.update(`\0${split}\0`);
    for await (const bytes of createReadStream(file)) hash.update(bytes as Uint8Array);
  }
  return hash.digest('hex');
}
