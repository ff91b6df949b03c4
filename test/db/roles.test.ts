import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endAttempt, recordProvenance } from '../../db/attempts.ts';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { saveCheckpoint } from '../../db/checkpoints.ts';
import { createDatabase, type Database } from '../../db/client.ts';
import { OlderDatabaseError } from '../../db/errors.ts';
import { concludeSweep } from '../../db/conclusion.ts';
import { recordEvaluation } from '../../db/evaluations.ts';
import { listStoredFiles } from '../../db/data-sets.ts';
import { recordMetrics } from '../../db/metrics.ts';
import { migrate } from '../../db/migrate.ts';
import { continueTrials, haltTrials, prioritiseTrials, requeueTrials } from '../../db/orders.ts';
import { readOrders } from '../../db/standing-orders.ts';
import { listRunning, takeBack } from '../../db/reconciling.ts';
import { createSweep, setSweepState, setWindow } from '../../db/sweeps.ts';
import { failTrial, finishTrial, listWaiting, stopTrial } from '../../db/trials.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { provenanceOf } from '../../sweep/provenance.ts';
import { PROGRAM, TRAINER } from '../support/provenance.ts';
import { sweepOnTinyBackbone } from '../support/tiny-sweep.ts';
import { outcomeOf } from '../support/trials.ts';

const ROLES = readFileSync(join(import.meta.dirname, '../../db/roles.sql'), 'utf8');

describe('the roles of db/roles.sql', () => {
  let db: TestDatabase;
  const opened: Database[] = [];
  const logins: string[] = [];
  beforeAll(async () => {
    db = await createTestDatabase();
    await statement(db.url, ROLES);
    await statement(db.url, ROLES); // after an upgrade
  });
  afterAll(async () => {
    await Promise.all(opened.map((one) => one.close()));
    for (const login of logins) await statement(db.url, `drop role ${login}`);
    await db.drop();
  });

  /** A login of a role's. */
  async function as(role: string, url = db.url): Promise<Database> {
    const login = `login_${randomUUID().replaceAll('-', '')}`;
    await statement(url, `create role ${login} login password 'secret' in role ${role}`);
    logins.push(login);
    const address = new URL(url);
    [address.username, address.password] = [login, 'secret'];
    const database = createDatabase(address.href);
    opened.push(database);
    return database;
  }

  test('let a worker do all that a worker does', async () => {
    const worker = await as('lpt_sweep_worker');
    expect(await migrate(worker)).toEqual({ applied: 0 });
    const { sweep } = await createSweep(db.database, (await sweepOnTinyBackbone()).sweep);
    await setSweepState(worker, { sweepId: sweep.id, state: 'running' });
    const [first = '', second = ''] = await listWaiting(worker, { sweepId: sweep.id, limit: 2 });
    const begin = { worker: '1@test/cpu', device: 'cpu', workflowRunId: 'run' };
    const begun = await beginAttempt(worker, { trialId: first, ...begin });
    if (begun.kind !== 'begun') throw new Error('Expected the trial to begin.');
    const writer = { trialId: first, attempt: 1 };
    await recordProvenance(worker, {
      ...writer,
      provenance: provenanceOf({ trial: begun.trial, program: PROGRAM, trainer: TRAINER }),
    });
    await recordMetrics(worker, { ...writer, points: [{ name: 'loss', step: 1, value: 0.5 }] });
    const evaluation = { split: 'dev', step: 1, metric: 'accuracy', score: 0.5, loss: 1, examples: 4 } as const;
    await recordEvaluation(worker, { ...writer, evaluation });
    await saveCheckpoint(worker, { ...writer, kind: 'last', step: 1, bytes: new Uint8Array([1]) });
    await finishTrial(worker, { ...writer, outcome: outcomeOf(0.7, 0.6), best: new Uint8Array([1]) });
    await beginAttempt(worker, { trialId: second, ...begin });
    await endAttempt(worker, {
      trialId: second,
      workflowRunId: 'run',
      error: { kind: 'trainer-lost', message: 'gone' },
    });
    await beginAttempt(worker, { trialId: second, ...begin });
    await failTrial(worker, { trialId: second, attempt: 2, error: { kind: 'data', message: 'row 3' } });
    await listStoredFiles(worker, 'fingerprint');
    await obeyOrders(worker, { sweepId: sweep.id, second });
    await setSweepState(worker, { sweepId: sweep.id, state: 'cancelled' });
  });

  /** Those that come as Temporal updates, and what a worker puts right at its start. */
  async function obeyOrders(worker: Database, { sweepId, second }: { sweepId: string; second: string }): Promise<void> {
    const begin = { trialId: second, worker: '1@test/cpu', device: 'cpu', workflowRunId: 'run' };
    await setWindow(worker, { sweepId, window: 2 });
    await prioritiseTrials(worker, { sweepId, priority: 1 });
    await requeueTrials(worker, { sweepId, states: ['failed'] });
    expect((await haltTrials(worker, { sweepId, as: 'paused' })).changed).toBeGreaterThan(0);
    expect((await continueTrials(worker, { sweepId })).changed).toBeGreaterThan(0);
    await beginAttempt(worker, begin);
    await readOrders(worker, { sweepId, inFlight: [second] });
    expect(await takeBack(worker, { sweepId, seen: await listRunning(worker, sweepId) })).toHaveLength(1);
    await beginAttempt(worker, begin);
    await stopTrial(worker, { trialId: second });
    await concludeSweep(worker, sweepId);
  }

  test.each([
    ['update trials set learning_rate = 1', 'trials'],
    ['update trials set memory_mib = 1', 'trials'],
    ["insert into data_parts values ('f', 'train', 'csv', 0, '')", 'data_parts'],
    ['delete from trials', 'trials'],
    ['delete from sweeps', 'sweeps'],
    ["update trials set trial_key = 'x'", 'trials'],
    ["update trials set trial = '{}'", 'trials'],
    ["update sweeps set source = ''", 'sweeps'],
    ['delete from metrics', 'metrics'],
    ["update baselines set source = ''", 'baselines'],
    ['drop table metrics', 'metrics'],
    ['create table mine (id int)', 'public'],
  ])('keep a worker from `%s`', async (words, place) => {
    const worker = await as('lpt_sweep_worker');
    await expect(worker.$client.query(words)).rejects.toThrow(new RegExp(`(denied|owner).*${place}`));
  });

  test('let a reader read the views, and nothing else', async () => {
    const reader = await as('lpt_sweep_reader');
    const { rows } = await db.database.execute(sql`select viewname from pg_views where schemaname = 'public'`);
    expect(rows.length).toBeGreaterThan(3);
    for (const { viewname } of rows as { viewname: string }[]) await reader.$client.query(`select * from ${viewname}`);
    for (const words of ['select * from trials', 'delete from metrics', "update sweeps set error = 'x'"]) {
      await expect(reader.$client.query(words)).rejects.toThrow('permission denied');
    }
  });

  test('a worker whose database lacks a migration says who can apply it', async () => {
    const { url, drop } = await createEmptyDatabase();
    const worker = await as('lpt_sweep_worker', url);
    await expect(migrate(worker)).rejects.toThrow(OlderDatabaseError);
    await expect(migrate(worker)).rejects.toThrow('Run any `lpt-sweep` command as the owner first');
    await worker.close();
    await drop();
  });
});

async function statement(url: string, words: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(words);
  } finally {
    await client.end();
  }
}
