import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { sweeps, trials } from '../../db/schema.ts';
import { childEnvironment } from '../../runtime/environment.mjs';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { developmentServer } from '../support/temporal.ts';
import { tinyReviews, writeTinyBackbone } from '../support/tiny-backbone.ts';
import { endAll, follow, SOON } from './installed.ts';

const SWEEP = `name: narrow
backbone: ./backbone
tasks: [{ task: mr, data: ./reviews }]
regime: { fewShot: 32, devSize: 40 }
dataSeeds: [13]
training: { steps: 20, batchSize: 8, evaluateEvery: 10 }
methods:
  - { method: lpt, insertionLayer: [1, 2], promptLength: 3, generator: none }
`;
const PROJECT = join(import.meta.dirname, '../..');
const login = `login_${randomUUID().replaceAll('-', '')}`;

let folder: string;
let db: TestDatabase;
let temporal: TestWorkflowEnvironment;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lpt-sweep-rights-'));
  await chmod(folder, 0o755);
  await writeTinyBackbone(join(folder, 'backbone'));
  await mkdir(join(folder, 'reviews'));
  await writeFile(join(folder, 'reviews/train.tsv'), tinyReviews(120));
  await writeFile(join(folder, 'reviews/test.tsv'), tinyReviews(40));
  await writeFile(join(folder, 'narrow.yaml'), SWEEP);
  [db, temporal] = await Promise.all([createTestDatabase(), developmentServer()]);
  await db.database.$client.query(await readFile(join(PROJECT, 'db/roles.sql'), 'utf8'));
  await db.database.$client.query(`create role ${login} login password 'narrow-password' in role lpt_sweep_worker`);
});

afterEach(endAll);
afterAll(async () => {
  await temporal.teardown();
  await db.database.$client.query(`drop role ${login}`);
  await db.drop();
  await rm(folder, { recursive: true, force: true });
});

function start(words: string[], url: string) {
  const servers = { DATABASE_URL: url, TEMPORAL_ADDRESS: temporal.address, LPT_SWEEP_STATE: join(folder, 'state') };
  const env = childEnvironment({ ...servers, LPT_SWEEP_DEVICE: 'cpu', LPT_SWEEP_THREADS: '1' });
  const bin = join(PROJECT, 'cli/bin.mjs');
  const child = spawn(process.execPath, [bin, ...words], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  return follow(child);
}

test('a worker with the rights of db/roles.sql trains a sweep that the owner launched, from its greeting to its drain', async () => {
  expect(await start(['launch', 'narrow.yaml'], db.url).ended).toMatchObject({ code: 0 });
  const narrow = new URL(db.url);
  [narrow.username, narrow.password] = [login, 'narrow-password'];
  const worker = start(['worker'], narrow.href);
  const state = async () => (await db.database.select({ state: sweeps.state }).from(sweeps))[0]?.state;
  await vi.waitUntil(async () => (await state()) === 'complete', SOON);
  worker.kill('SIGTERM');
  const { code, said } = await worker.ended;
  expect(said.join('\n')).not.toMatch(/permission|denied|reconcile-failed|"event":"notice"|"level":"error"/);
  expect(code).toBe(0);
  const rows = await db.database.select({ state: trials.state }).from(trials);
  expect(rows.map((row) => row.state)).toEqual(['complete', 'complete']);
});
