// What every command asks, put to EXPLAIN: at 20,000 trials a plan that reads a whole table is one that will be slow.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { commandQueries } from '../../bench/orchestration/command-queries.ts';
import { storeTrials } from '../../bench/orchestration/stored-trials.ts';
import { listSweeps } from '../../db/sweeps.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let own: TestDatabase;
let name: string;
let sweepId: string;
beforeAll(async () => {
  own = await createTestDatabase();
  const { planned } = await storeTrials(own.database, { trials: 20_000, metricsPerTrial: 3, say: () => undefined });
  expect(planned).toHaveLength(10_000);
  // Of a sweep that is half the table an index would be no help.
  const small = (await listSweeps(own.database)).find((sweep) => sweep.name !== 'measured')!;
  [name, sweepId] = [small.name, small.id];
});
afterAll(() => own.drop());

const COMMANDS = [
  'status, watch',
  'results, a page of a thousand',
  'results --best-per-seed',
  'compare',
  'compare --average per-seed',
  'show <sweep>/<position>',
  'show <start of an id>',
  'export, the weights',
  'rerun, all numbers of a trial',
  'launch, the measured speed',
  'worker, what it was told',
  'worker, the next trials',
  'worker, whether the sweep has ended',
];

interface Statement {
  text: string;
  values: unknown[];
}

test.each(COMMANDS)('an index serves each query of `%s`', async (command) => {
  const planned = { length: 1000 } as never;
  const ask = (await commandQueries(own.database, { name, sweepId, planned }))[command]!;
  for (const { text, values } of await statementsOf(ask)) {
    const { rows } = await own.database.$client.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan, text).not.toMatch(/Seq Scan on (trials|metrics|evaluations|attempts|checkpoints)/);
  }
});

async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
  const query = vi.spyOn(own.database.$client, 'query');
  try {
    await work();
    const calls = query.mock.calls as unknown as [{ text: string }, unknown[]][];
    expect(calls.length).toBeGreaterThan(0);
    return calls.map(([{ text }, values]) => ({ text, values }));
  } finally {
    query.mockRestore();
  }
}
