// Hears of every change to a sweep as it is committed: triggers notify, so whoever writes need not think of it.
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { Database } from './client.ts';

/** As in the migration that makes the triggers. */
const CHANNEL = 'sweep_changed';
const AGAIN_MS = 1_000;

export interface Listening {
  /** Resolves when the first connection listens. */
  ready: Promise<void>;
  close: () => Promise<void>;
}

/**
 * Holds a connection of its own. One that is lost is opened again.
 * @param onChange with the sweep's id; null when it begins to listen: before that, anything may have changed
 */
export function listenForChanges(database: Database, onChange: (sweepId: string | null) => void): Listening {
  const closing = new AbortController();
  let ready = (): void => undefined;
  const isReady = new Promise<void>((resolve) => (ready = resolve));
  const loop = async (): Promise<void> => {
    const onListening = (): void => {
      ready();
      onChange(null);
    };
    while (!closing.signal.aborted) {
      await listenOnce(database, { onChange, onListening, signal: closing.signal });
      await wait(AGAIN_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    ready: isReady,
    close: async () => {
      closing.abort();
      ready();
      await running;
    },
  };
}

interface Ear {
  onChange: (sweepId: string) => void;
  onListening: () => void;
  signal: AbortSignal;
}

/** Returns when the connection ends, for whatever reason: the caller opens the next one. */
async function listenOnce(database: Database, { onChange, onListening, signal }: Ear): Promise<void> {
  const client = new pg.Client({ ...database.$client.options, statement_timeout: 0, query_timeout: 0 });
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  client.on('error', end);
  client.on('end', end);
  signal.addEventListener('abort', end);
  client.on('notification', ({ payload }) => payload !== undefined && onChange(payload));
  try {
    await client.connect();
    await client.query(`listen ${CHANNEL}`);
    onListening();
    await ended;
  } catch {
    // Postgres is away: the next try finds it.
  } finally {
    signal.removeEventListener('abort', end);
    await client.end().catch(() => undefined);
  }
}
