import { expect, test } from 'vitest';
import { NewerDatabaseError } from '../../db/errors.ts';
import { untilNewer } from '../../worker/version-watch.ts';
import { createTestDatabase } from '../support/postgres.ts';

test('a worker learns that a newer version has migrated the database under it', async () => {
  const db = await createTestDatabase();
  const never = new AbortController().signal;
  const heard = untilNewer(db.database, { signal: never, everyMs: 5 });
  const later = "insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 99999999999999)";
  await db.database.$client.query(later);
  expect(await heard).toBeInstanceOf(NewerDatabaseError);
  await db.drop();
});

test('the watch ends with the worker', async () => {
  const db = await createTestDatabase();
  const ending = new AbortController();
  const heard = untilNewer(db.database, { signal: ending.signal });
  ending.abort();
  expect(await heard).toBeNull();
  await db.drop();
});
