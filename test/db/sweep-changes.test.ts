import { getEventListeners } from 'node:events';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { listenForChanges } from '../../db/sweep-changes.ts';
import { createSweep } from '../../db/sweeps.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { smallSweep } from '../support/trials.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterEach(() => vi.unstubAllGlobals());
afterAll(() => own.drop());

test('a lost connection is opened again, hears what follows, and leaves nothing behind', async () => {
  const controllers: AbortController[] = [];
  class Kept extends AbortController {
    constructor() {
      super();
      controllers.push(this);
    }
  }
  vi.stubGlobal('AbortController', Kept);
  const heard: (string | null)[] = [];
  const listening = listenForChanges(own.database, (sweepId) => heard.push(sweepId));
  vi.unstubAllGlobals();
  for (const times of [1, 2, 3]) {
    await vi.waitUntil(() => heard.length === times, { timeout: 20_000 });
    if (times < 3) await endListening();
  }
  expect(heard).toEqual([null, null, null]);
  expect(controllers.flatMap(({ signal }) => getEventListeners(signal, 'abort'))).toHaveLength(1);
  const { sweep } = await createSweep(own.database, smallSweep());
  await vi.waitUntil(() => heard.includes(sweep.id), { timeout: 20_000 });
  await listening.close();
});

async function endListening(): Promise<void> {
  await own.database.execute(sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query = 'listen sweep_changed'`);
}
