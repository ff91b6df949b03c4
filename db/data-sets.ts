// The data sets of sweeps, once per fingerprint: any worker can have the files that a sweep was launched with.
import { and, asc, eq } from 'drizzle-orm';
import type { DataPart } from '../data/parts.ts';
import { type Database, ask } from './client.ts';
import { dataParts } from './schema.ts';

export type StoredFile = Pick<DataPart, 'split' | 'extension'>;

/** The files of a stored data set; none where it is not stored. */
export function listStoredFiles(database: Database, fingerprint: string): Promise<StoredFile[]> {
  return ask(database, () =>
    database
      .select({ split: dataParts.split, extension: dataParts.extension })
      .from(dataParts)
      .where(and(eq(dataParts.fingerprint, fingerprint), eq(dataParts.part, 0))),
  );
}

/** Stores all parts or none; what is there stays, for equal fingerprints stand for equal files. */
export function saveDataSet(
  database: Database,
  { fingerprint, parts }: { fingerprint: string; parts: AsyncIterable<DataPart> },
): Promise<void> {
  return ask(database, () =>
    database.transaction(async (transaction) => {
      for await (const part of parts) {
        await transaction
          .insert(dataParts)
          .values({ fingerprint, ...part })
          .onConflictDoNothing();
      }
    }),
  );
}

/** One part at a time, each file's in order. */
export async function* readDataSet(database: Database, fingerprint: string): AsyncGenerator<DataPart> {
  const places = await ask(database, () =>
    database
      .select({ split: dataParts.split, part: dataParts.part })
      .from(dataParts)
      .where(eq(dataParts.fingerprint, fingerprint))
      .orderBy(asc(dataParts.split), asc(dataParts.part)),
  );
  for (const { split, part } of places) {
    const isThat = and(eq(dataParts.fingerprint, fingerprint), eq(dataParts.split, split), eq(dataParts.part, part));
    const rows = await ask(database, () => database.select().from(dataParts).where(isThat));
    yield* rows;
  }
}
