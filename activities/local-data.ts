// A task's data on this worker's own disk, checked to be the very files that the sweep was launched with.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprintData } from '../data/dataset.ts';
import { filesIn, writeParts } from '../data/parts.ts';
import type { Database } from '../db/client.ts';
import { listStoredFiles, readDataSet } from '../db/data-sets.ts';
import { shortFingerprint } from '../sweep/fingerprint.ts';
import type { DataSource, TaskSettings } from '../sweep/task.ts';
import { hubKind, trialFailure } from './failure.ts';

type Files = DataSource['files'];
export type FindData = (task: TaskSettings, onProgress: () => void) => Promise<Files>;

export interface DataPlaces {
  database: Database;
  /** Keeps what was read from the database, a folder a fingerprint. */
  folder: string;
  /** Finds or fetches a built-in data set or one of a hub. */
  resolveDataset: (reference: string, onProgress: () => void) => Promise<Files>;
}

interface Search extends DataPlaces {
  task: TaskSettings;
  onProgress: () => void;
}

/**
 * Looks where the launching machine had the files, in this worker's own folder, in the database, and where anybody finds
 * them by their name. Files that changed since are passed over.
 */
export function createDataFinder(places: DataPlaces): FindData {
  return async (task, onProgress) => {
    const search = { ...places, task, onProgress };
    const found = (await inPlace(search)) ?? (await fromDatabase(search)) ?? (await byName(search));
    if (found !== null) return found;
    throw trialFailure('data', nowhere(task));
  };
}

async function inPlace({ task }: Search): Promise<Files | null> {
  return ifSame(task, task.data.files);
}

async function fromDatabase({ database, folder, task, onProgress }: Search): Promise<Files | null> {
  const { fingerprint } = task.data;
  const stored = await listStoredFiles(database, fingerprint);
  if (stored.length === 0) return null;
  const own = join(folder, fingerprint);
  const files = filesIn(own, stored);
  const wasThere = existsSync(own);
  const kept = await ifSame(task, files);
  if (kept !== null) return kept;
  onProgress();
  // One that was not there a moment ago is another worker's, and right.
  if (wasThere) await rm(own, { recursive: true, force: true });
  await writeParts(own, tracked(readDataSet(database, fingerprint), onProgress));
  return ifSame(task, files);
}

async function byName({ resolveDataset, task, onProgress }: Search): Promise<Files | null> {
  const { reference } = task.data;
  if (reference === undefined) return null;
  const files = await resolveDataset(reference, onProgress).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw trialFailure(
      hubKind(error) ?? 'data',
      `Expected the data of task ${task.name} to be found on this worker: ${reason}`,
    );
  });
  return ifSame(task, files);
}

/** Null also where they are not there: that is the usual case on another machine. */
async function ifSame({ data }: TaskSettings, files: Files): Promise<Files | null> {
  const found = await fingerprintData(files, data.columns).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw error;
  });
  return found === data.fingerprint ? files : null;
}

async function* tracked<T>(items: AsyncIterable<T>, onProgress: () => void): AsyncGenerator<T> {
  for await (const item of items) {
    onProgress();
    yield item;
  }
}

function nowhere({ name, data }: TaskSettings): string {
  const places = [`\`${data.files.train}\``, 'Postgres', ...(data.reference === undefined ? [] : [data.reference])];
  return (
    `Expected the data of task ${name} with the fingerprint ${shortFingerprint(data.fingerprint)} in ${places.join(' or ')}, found it ` +
    'in none of these. Copy the files as they were at launch to the same path on this machine, and resume the sweep.'
  );
}
