// Which configurations the strip of seeds shows, and what it calls them.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listFacets, type Facet } from '../../db/charts/facets.ts';
import { seedsFigure } from '../../page/figures/seeds.ts';
import { endInOrder, partialSweep } from '../support/endings.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let own: TestDatabase;

beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

const SEVEN = `
  - { method: lora, rank: [1, 2, 4] }
  - { method: lpt, insertionLayer: [1, 2, 3], promptLength: 5 }
  - { method: prompt-tuning, promptLength: [1, 2, 3] }
  - { method: p-tuning-v2, promptLength: [1, 2, 3] }
  - { method: bitfit, training: { learningRate: [1.0e-3, 2.0e-3, 3.0e-3] } }
  - { method: linear-probe, training: { learningRate: [1.0e-3, 2.0e-3, 3.0e-3] } }
  - zero-shot`;

test('every method is shown, however many better configurations others have', async () => {
  const { sweepId, ids } = await partialSweep(own.database, { name: 'seven', methods: SEVEN });
  await endInOrder(own.database, { sweepId, endings: ids.map((_, index) => 0.9 - 0.01 * index) });
  const [facet] = (await listFacets(own.database, sweepId)) as [Facet];
  const { strips } = await seedsFigure({ database: own.database, facet, score: 'dev' });
  const methods = strips.map(({ method }) => method);
  // 14 of 19: two of each, and one of zero-shot, which has no second: the best third is with them.
  expect(strips).toHaveLength(14);
  const twice = ['bitfit', 'linear-probe', 'lora', 'lpt', 'p-tuning-v2', 'prompt-tuning'];
  for (const method of twice) expect(methods.filter((one) => one === method).length).toBeGreaterThanOrEqual(2);
  expect(methods).toContain('zero-shot');
  const means = strips.map(({ mean }) => mean);
  expect(means).toEqual([...means].sort((one, other) => other - one));
});
