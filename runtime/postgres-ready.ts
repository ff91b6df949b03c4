// Waits until a Postgres server takes connections.
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

const READY_MS = 60_000;
const LOOK_AGAIN_MS = 20;
/** Postgres says so while it starts, recovers or stops. */
const CANNOT_CONNECT_NOW = '57P03';

/** @throws where it is gone, refuses for another reason than that it starts, or takes none for a minute */
export async function waitUntilReady(url: string, isGone: () => boolean): Promise<void> {
  const end = performance.now() + READY_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined); // the server may go while we ask
    try {
      await client.connect();
      return;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // One that is held up accepts nobody, and is not gone for that.
      const isSilent = error instanceof Error && error.message === 'timeout expired';
      const starting = isSilent || code === 'ECONNREFUSED' || code === CANNOT_CONNECT_NOW;
      if (!starting || isGone() || performance.now() > end) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
    await pause(LOOK_AGAIN_MS);
  }
}
