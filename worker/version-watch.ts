// A worker of an older version must not go on beside a newer one: the newer one's migrations are how it learns of it.
import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../db/client.ts';
import { NewerDatabaseError } from '../db/errors.ts';
import { checkVersion } from '../db/migrate.ts';

const EVERY_MS = 30_000;

/** Resolves when a newer version has migrated the database; null when `signal` ends the watch. */
export async function untilNewer(
  database: Database,
  { signal, everyMs = EVERY_MS }: { signal: AbortSignal; everyMs?: number },
): Promise<NewerDatabaseError | null> {
  while (!signal.aborted) {
    try {
      await checkVersion(database);
    } catch (error) {
      if (error instanceof NewerDatabaseError) return error;
      // A database that is away is the activities' affair; it is asked again.
    }
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
  return null;
}
