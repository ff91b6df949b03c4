import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
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

  async function upgrade(): Promise<void> {
    const client = new pg.Client({ connectionString: db.url });
    await client.connect();
    await client.query("insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 99999999999999)");
    await client.end();
  }

  /** @param onReady when it takes trials */
  async function worker(onReady: () => Promise<void>): Promise<{ code: number | null; said: string }> {
    const child = spawn(process.execPath, [BIN, 'worker'], { env: childEnvironment(await variables()), stdio: 'pipe' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const said: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      if (line.includes('takes trials')) void onReady();
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, said: said.join('\n') };
  }

  test('makes a worker of the older version drain that trains while it is written, and says why', async () => {
    const { code, said } = await worker(upgrade);
    expect(said).toContain('"event":"worker-outdated"');
    expect(said).toContain('Stopped: nothing is lost.');
    expect(said.split('\n').at(-1)).toContain(REFUSAL);
    expect(code).toBe(1);
  });

  test('is refused by a worker of the older version that starts, which takes nothing and ends', async () => {
    const { code, said } = await worker(() => Promise.reject(new Error('Expected it to take nothing.')));
    expect(said).toContain(REFUSAL);
    expect(said).not.toMatch(/takes trials/);
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
    [['continue', 'demo']],
    [['pause', 'demo']],
    [['reconcile']],
    [['cancel', 'demo']],
  ])('is refused by %j with a sentence that says what to do', async (words) => {
    const { code, out, said } = await run(words, await variables());
    expect(said).toContain(REFUSAL);
    expect(said).not.toContain(new URL(db.url).password);
    expect(code).toBe(1);
    expect(out).toBe('');
  });
});
