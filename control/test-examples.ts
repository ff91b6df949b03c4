// The examples that trials were tested on, with their texts.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprintData, loadTest } from '../data/dataset.ts';
import type { Example } from '../data/example.ts';
import { filesIn, writeParts } from '../data/parts.ts';
import { listStoredFiles, readDataSet } from '../db/data-sets.ts';
import type { DataSource } from '../sweep/task.ts';
import type { Trial } from '../sweep/trial.ts';
import type { Control } from './control.ts';
import { keptFew } from './kept-few.ts';

type Database = Control['database'];
type Found = Example[] | null;

const kept = keptFew<Found>({ most: 4, isKept: (found) => found !== null });

/** Null where no file with the trial's fingerprint is to be had. */
export function testExamples(database: Database, trial: Trial): Promise<Found> {
  return kept(keyOf(trial), () => lookUp(database, trial));
}

/** All that decides which examples they are. */
function keyOf({ task: { name, data, template, labelWords }, regime: { testSize } }: Trial): string {
  return JSON.stringify([name, data.fingerprint, template, labelWords, testSize]);
}

async function lookUp(database: Database, { task, regime }: Trial): Promise<Found> {
  const { data } = task;
  const read = (files: DataSource['files']): Promise<Example[]> =>
    loadTest({ ...task, data: { ...data, files } }, regime);
  if (await isSame(data)) return read(data.files);
  const stored = await listStoredFiles(database, data.fingerprint);
  if (stored.length === 0) return null;
  const folder = await mkdtemp(join(tmpdir(), 'lpt-sweep-texts-'));
  try {
    const own = join(folder, 'data');
    await writeParts(own, readDataSet(database, data.fingerprint));
    return await read(filesIn(own, stored));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isSame({ files, columns, fingerprint }: DataSource): Promise<boolean> {
  return (await fingerprintData(files, columns).catch(() => null)) === fingerprint;
}
