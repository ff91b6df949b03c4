// A worker of an older version must not go on beside a newer one: the newer one's migrations are how it learns of it.
import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../db/client.ts';
import { NewerDatabaseError } from '../db/errors.ts';
import { checkVersion } from '../db/migrate.ts';

const EVERY_MS = 10_000;

export class VersionWatch {
  readonly #database: Database;
  readonly #everyMs: number;
  readonly #ending = new AbortController();
  readonly #outdated = new AbortController();
  #error: NewerDatabaseError | null = null;

  constructor(database: Database, { everyMs = EVERY_MS }: { everyMs?: number } = {}) {
    this.#database = database;
    this.#everyMs = everyMs;
  }

  /** Aborts when a newer version has migrated the database. */
  get outdated(): AbortSignal {
    return this.#outdated.signal;
  }

  /** Resolves when the watch has ended, by what it found or by `end`. @param onOutdated hears why, once */
  async start(onOutdated: (error: NewerDatabaseError) => void = () => undefined): Promise<void> {
    while (!this.#ending.signal.aborted && this.#error === null) {
      await this.#ask(onOutdated);
      await pause(this.#everyMs, undefined, { signal: this.#ending.signal }).catch(() => undefined);
    }
  }

  /** @throws NewerDatabaseError when that is why the worker ended */
  check(): void {
    if (this.#error !== null) throw this.#error;
  }

  end(): void {
    this.#ending.abort();
  }

  async #ask(onOutdated: (error: NewerDatabaseError) => void): Promise<void> {
    try {
      await checkVersion(this.#database);
    } catch (error) {
      // A database that is away is the activities' affair; it is asked again.
      if (!(error instanceof NewerDatabaseError)) return;
      this.#error = error;
      onOutdated(error);
      this.#outdated.abort();
    }
  }
}
