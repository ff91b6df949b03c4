// Configurations that only their rank or the like tell apart, on the page.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PageServer } from '../../page/server.ts';
import { endInOrder, partialSweep } from '../support/endings.ts';
import { startQuietPage } from '../support/page.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let own: TestDatabase;
let server: PageServer;
const errors: unknown[] = [];

beforeAll(async () => {
  own = await createTestDatabase();
  const sweeps = {
    ranks: '\n  - { method: lora, rank: [4, 8] }\n  - { method: lpt, insertionLayer: 6, promptLength: [5, 10] }',
    rates: '\n  - { method: lora, rank: 4, training: { learningRate: [1.0e-3, 5.0e-3] } }',
  };
  for (const [name, methods] of Object.entries(sweeps)) {
    const { sweepId, ids } = await partialSweep(own.database, { name, methods });
    await endInOrder(own.database, { sweepId, endings: ids.map((_, index) => (index % 4 === 1 ? 0.8 : 0.7)) });
  }
  server = await startQuietPage(own.database, errors);
});
afterAll(async () => {
  await server.close();
  await own.drop();
});

async function textOf(path: string): Promise<string> {
  const text = await (await fetch(`${server.url}/sweeps${path}`)).text();
  expect(errors).toEqual([]);
  return text.replaceAll(/\s+/g, ' ');
}

test.each([
  ['settings', ['rank 4', 'rank 8']],
  // On the front is the best of those that take as long.
  ['speed', ['rank 8']],
  // Seeds have no column for the learning rate, which LoRA's usual one tells from LPT's.
  ['seeds', ['rank 4, learningRate 0.0005', 'rank 8, learningRate 0.0005']],
  ['comparison', ['rank 4', 'rank 8']],
  ['trials', ['rank 4', 'rank 8']],
])(
  'the tables of `%s` tell LoRAs of several ranks apart, and say nothing of what has a column',
  async (tab, expected) => {
    const text = await textOf(`/ranks/${tab}`);
    const told = [...text.matchAll(/<td class="">(rank [^<]*)<\/td>/g)].map(([, words]) => words);
    expect([...new Set(told)].sort()).toEqual(expected);
  },
);

test.each(['settings', 'comparison', 'trials'])(
  'the tables of `%s` have no column where nothing is left',
  async (tab) => {
    expect(await textOf(`/rates/${tab}`)).not.toContain('other settings');
  },
);
