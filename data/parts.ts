// A data set's files as compressed pieces, so that they can lie in a database, and those pieces as files again.
import { mkdir, mkdtemp, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { DataSource } from '../sweep/task.ts';

type Files = DataSource['files'];
export const DATA_SPLITS = ['train', 'dev', 'test', 'testMismatched'] as const satisfies (keyof Files)[];
export type DataSplit = (typeof DATA_SPLITS)[number];

export interface DataPart {
  split: DataSplit;
  /** With its dot: readers go by it. */
  extension: string;
  /** Its place in the file, from 0. */
  part: number;
  /** gzip. */
  bytes: Uint8Array;
}

const PART_BYTES = 8 * 2 ** 20;
const [compress, expand] = [promisify(gzip), promisify(gunzip)];

/** Bytes of all the files together. */
export async function sizeOfFiles(files: Files): Promise<number> {
  const sizes = await Promise.all(filesOf(files).map(async ({ file }) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Every file in order, piece by piece; an empty file is one empty piece. */
export async function* partsOf(files: Files): AsyncGenerator<DataPart> {
  for (const { split, file } of filesOf(files)) {
    let part = 0;
    for await (const piece of piecesOf(file)) {
      yield { split, extension: extname(file), part, bytes: await compress(piece) };
      part += 1;
    }
  }
}

async function* piecesOf(file: string): AsyncGenerator<Uint8Array> {
  const handle = await open(file);
  try {
    for (let position = 0; ;) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(PART_BYTES), 0, PART_BYTES, position);
      if (bytesRead === 0 && position > 0) return;
      yield buffer.subarray(0, bytesRead);
      if (bytesRead === 0) return;
      position += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

/** @returns the files that a folder of `writeParts` holds, without looking whether they are there */
export function filesIn(folder: string, parts: readonly Pick<DataPart, 'split' | 'extension'>[]): Files {
  const files = parts.map(({ split, extension }) => [split, join(folder, split + extension)] as const);
  return Object.fromEntries(files) as Files;
}

/** Makes `folder` whole or not at all: it is filled beside its place, then renamed. One that is there stays. */
export async function writeParts(folder: string, parts: AsyncIterable<DataPart>): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const unfinished = await mkdtemp(join(dirname(folder), `.part-${process.pid}-${basename(folder)}-`));
  try {
    for await (const { split, extension, bytes } of parts) {
      const handle = await open(join(unfinished, split + extension), 'a');
      await handle.appendFile(await expand(bytes)).finally(() => handle.close());
    }
    await rename(unfinished, folder);
  } catch (error) {
    if (!isOccupied(error)) throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

function filesOf(files: Files): { split: DataSplit; file: string }[] {
  return DATA_SPLITS.flatMap((split) => {
    const file = files[split];
    return file === undefined ? [] : [{ split, file }];
  });
}

/** Somebody else was quicker: the folder is there, and holds the same. */
function isOccupied(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOTEMPTY' || code === 'EEXIST';
}
