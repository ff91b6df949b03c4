import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Runtime } from '@temporalio/worker';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readEnvironment } from '../../runtime/environment.mjs';
import { runWorker } from '../../worker/main.ts';
import type { LogEntry } from '../../worker/log.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { developmentServer, quietTemporal } from '../support/temporal.ts';

let environment: TestWorkflowEnvironment;
let db: TestDatabase;
beforeAll(async () => {
  quietTemporal();
  [environment, db] = await Promise.all([developmentServer(), createTestDatabase()]);
});
afterAll(async () => {
  await environment.teardown();
  await db.drop();
});

test('a worker that is told to stop while it starts ends without an error, and lets its database go', async () => {
  // The server that is played here has installed it in this process already.
  vi.spyOn(Runtime, 'install').mockReturnValue(Runtime.instance());
  const stop = new AbortController();
  const events: string[] = [];
  const onReady = vi.fn();
  const letGo = vi.spyOn(pg.Pool.prototype, 'end');
  await runWorker({
    environment: { ...readEnvironment(), device: 'cpu', memoryMiB: 1_000 },
    services: {
      databaseUrl: db.url,
      temporal: {
        connectionOptions: { address: environment.address },
        namespace: 'default',
        // Asked for while its workers are made.
        get payloadCodecs() {
          stop.abort();
          return [];
        },
      },
    },
    log: ({ event }: LogEntry) => events.push(event),
    onReady,
    signal: stop.signal,
  });
  expect(stop.signal.aborted).toBe(true);
  expect(events).toEqual(['worker-stopped']);
  expect(onReady).not.toHaveBeenCalled();
  expect(letGo).toHaveBeenCalledTimes(1);
});
