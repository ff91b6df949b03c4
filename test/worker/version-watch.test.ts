import { once } from 'node:events';
import { expect, test } from 'vitest';
import { NewerDatabaseError } from '../../db/errors.ts';
import { VersionWatch } from '../../worker/version-watch.ts';
import { createTestDatabase } from '../support/postgres.ts';

test('a worker learns that a newer version has migrated the database under it', async () => {
  const db = await createTestDatabase();
  const watch = new VersionWatch(db.database, { everyMs: 5 });
  const heard = once(watch.outdated, 'abort');
  void watch.start();
  watch.check();
  const later = "insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 99999999999999)";
  await db.database.$client.query(later);
  await heard;
  expect(() => watch.check()).toThrow(NewerDatabaseError);
  await db.drop();
});

test('the watch ends with the worker', async () => {
  const db = await createTestDatabase();
  const watch = new VersionWatch(db.database);
  watch.end();
  await watch.start();
  expect(watch.outdated.aborted).toBe(false);
  watch.check();
  await db.drop();
});
