import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluations, trials } from '../../db/schema.ts';
import type { PageServer } from '../../page/server.ts';
import { startQuietPage } from '../support/page.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { complete, launched, sweepOf } from './scenes.ts';

let own: TestDatabase;
let server: PageServer;
const errors: unknown[] = [];

beforeAll(async () => {
  own = await createTestDatabase();
  await complete(own.database, await launched(own.database, sweepOf('tested', [13])), 1);
  server = await startQuietPage(own.database, errors);
});
afterAll(async () => {
  await server.close();
  await own.drop();
});

test("a trial's page has the score on the second test set beside that on test", async () => {
  const [first] = await own.database.select().from(evaluations);
  const mismatched = { ...first!, split: 'test-mismatched' as const, step: 30, score: 0.4321, examples: 17 };
  await own.database.insert(evaluations).values(mismatched);
  const [trial] = await own.database.select().from(trials).where(eq(trials.id, first!.trialId));
  const text = await (await fetch(`${server.url}/sweeps/tested/trials/${trial!.position}`)).text();
  expect(errors).toEqual([]);
  const section = /<section id="test-scores".*?<\/section>/s.exec(text)?.[0].replaceAll(/<[^>]*>|\s+/g, ' ');
  expect(section?.replaceAll(/ +/g, ' ')).toMatch(
    / test 30 accuracy [\d.]+ .* test-mismatched 30 accuracy 43\.2 [\d.]+ 17 /,
  );
});
