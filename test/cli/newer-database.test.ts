import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { childEnvironment } from '../../runtime/environment.mjs';
import { temporaryFolder } from '../support/data-files.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { developmentServer } from '../support/temporal.ts';
import { run } from './terminal.ts';
import type { TestWorkflowEnvironment } from '@temporalio/testing';

const BIN = join(import.meta.dirname, '../../cli/bin.mjs');
const REFUSAL = 'found 1 migration that this version does not know. Use the version of lpt-sweep that wrote it.';

describe('a database that a later version of the program has written', () => {
  let db: TestDatabase;
  let temporal: TestWorkflowEnvironment;
  beforeAll(async () => {
    [db, temporal] = await Promise.all([createTestDatabase(), developmentServer()]);
    const client = new pg.Client({ connectionString: db.url });
    await client.connect();
    await client.query("insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 99999999999999)");
    await client.end();
  });
  afterAll(async () => {
    await temporal.teardown();
    await db.drop();
  });

  const variables = async () => ({
    DATABASE_URL: db.url,
    TEMPORAL_ADDRESS: temporal.address,
    LPT_SWEEP_STATE: await temporaryFolder(),
    LPT_SWEEP_DEVICE: 'cpu',
  });

  test('is refused by a worker of the older version, which takes nothing and ends', async () => {
    const child = spawn(process.execPath, [BIN, 'worker'], { env: childEnvironment(await variables()), stdio: 'pipe' });
    const said: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
    const [code] = (await once(child, 'close')) as [number | null];
    expect(said.join('')).toContain(REFUSAL);
    expect(said.join('')).not.toMatch(/takes trials/);
    expect(code).toBe(1);
  });

  test.each([
    [['up']],
    [['list']],
    [['status', 'demo']],
    [['watch', 'demo']],
    [['results', 'demo']],
    [['compare', 'demo']],
    [['show', 'demo/1']],
    [['rerun', 'demo/1']],
    [['export', 'demo/1', '--out', 'model']],
    [['resume', 'demo']],
    [['cancel', 'demo']],
  ])('is refused by %j with a sentence that says what to do', async (words) => {
    const { code, out, said } = await run(words, await variables());
    expect(said).toContain(REFUSAL);
    expect(said).not.toContain(new URL(db.url).password);
    expect(code).toBe(1);
    expect(out).toBe('');
  });
});
