import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { show } from '../../control/show.ts';
import { wrongPredictions, type WrongPredictions } from '../../control/wrong-predictions.ts';
import { complete, launched, reviewsIn, sweepOf } from '../page/scenes.ts';
import { temporaryFolder } from '../support/data-files.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let own: TestDatabase;

beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

async function wrongOf(position: number): Promise<WrongPredictions> {
  const { trial } = await show({ database: own.database }, `tested/${position}`);
  return wrongPredictions(own.database, trial);
}

test('the data of a sweep is read once for what its trials got wrong, and looked for again where it was not there', async () => {
  const folder = await temporaryFolder();
  const data = await reviewsIn(folder);
  await complete(own.database, await launched(own.database, sweepOf('tested', [13], data)), 2);
  await rm(data.files.train);
  expect(await wrongOf(0)).toEqual({ kind: 'no data' });
  await reviewsIn(folder);
  const first = await wrongOf(0);
  // Predicted is 7 × the example's number mod 2 by the first trial, the label the number mod 2: all right. By the second all wrong.
  expect(first).toMatchObject({ kind: 'listed', examples: 40, wrong: [] });
  await rm(folder, { recursive: true });
  expect(await wrongOf(0)).toEqual(first);
  const second = await wrongOf(1);
  expect(second.kind === 'listed' && second.wrong.length).toBe(40);
});
