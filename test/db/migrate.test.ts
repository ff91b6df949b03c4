import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { listBaselines } from '../../db/baselines.ts';
import { ask, createDatabase, type Database } from '../../db/client.ts';
import { DatabaseAwayError, NewerDatabaseError, PassingQueryError, QueryError } from '../../db/errors.ts';
import { migrate } from '../../db/migrate.ts';
import { listSweeps } from '../../db/sweeps.ts';
import { createEmptyDatabase } from '../support/postgres.ts';

const drops: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(drops.map((drop) => drop())));

async function emptyDatabase(): Promise<string> {
  const { url, drop } = await createEmptyDatabase();
  drops.push(drop);
  return url;
}

describe('migrations', () => {
  test('of four programs that start at once, one applies the migrations and all can work', async () => {
    const url = await emptyDatabase();
    const databases = [1, 2, 3, 4].map(() => createDatabase(url));
    const results = await Promise.all(databases.map((database) => migrate(database)));
    expect(results.filter(({ applied }) => applied > 0)).toHaveLength(1);
    for (const database of databases) expect(await listSweeps(database)).toEqual([]);
    await Promise.all(databases.map((database) => database.close()));
  });

  /** A database as the first `count` migrations leave it. @returns how many there are in all */
  async function bringTo(count: number, database: Database): Promise<number> {
    const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
    await cp('db/migrations', folder, { recursive: true });
    const journal = JSON.parse(await readFile(join(folder, 'meta/_journal.json'), 'utf8')) as { entries: unknown[] };
    const all = journal.entries.length;
    journal.entries = journal.entries.slice(0, count);
    await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify(journal));
    await applyMigrations(drizzle(database.$client), { migrationsFolder: folder });
    await rm(folder, { recursive: true });
    return all;
  }

  test('of a database that is several versions behind are applied at once', async () => {
    const database = createDatabase(await emptyDatabase());
    // Before `stopped-early` was a state: a value of a type that is made in the same transaction may not be named there.
    const all = await bringTo(12, database);
    expect(await migrate(database)).toEqual({ applied: all - 12 });
    await database.close();
  });

  test('leave published figures that are there already as they are, without a k, and those that come along are not doubled', async () => {
    const database = createDatabase(await emptyDatabase());
    // Before figures had a k.
    await bringTo(21, database);
    await database.execute(sql`
      insert into baselines (id, paper, paper_table, backbone, task, regime, method, metric, score, source) values
      (gen_random_uuid(), 'a paper', '1', 'roberta-base', 'sst2', 'few-shot', 'lpt', 'accuracy', 0.9, 'a paper, Table 1'),
      (gen_random_uuid(), 'arXiv:2506.05629', '2', 'roberta-base', 'sst2', 'full', 'lpt', 'accuracy', 0.5, 'an older file')`);
    await migrate(database);
    const rows = await listBaselines(database);
    const found = rows.filter((row) => row.backbone === 'roberta-base' && row.task === 'sst2' && row.method === 'lpt');
    expect(found.map(({ regime, k, score }) => [regime, k, score])).toEqual([
      ['few-shot', null, 0.9],
      ['full', null, 0.918],
    ]);
    await database.close();
  });

  test('published baselines are there once, each with its source, however often the program starts', async () => {
    const database = createDatabase(await emptyDatabase());
    await migrate(database);
    const first = await listBaselines(database);
    await migrate(database);
    expect(await listBaselines(database)).toEqual(first);
    expect(first.every(({ source }) => source.includes('arXiv:2506.05629'))).toBe(true);
    const sst2 = first.find((row) => row.backbone === 'roberta-base' && row.task === 'sst2' && row.method === 'lpt');
    expect(sst2).toMatchObject({ score: 0.918, parameters: 2162688, paperTable: '2', regime: 'full' });
    await database.close();
  });

  test('a database that a later version wrote is refused with a sentence that says what to do', async () => {
    const url = await emptyDatabase();
    const database = createDatabase(url);
    await migrate(database);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 99999999999999)");
    await client.end();
    const refusal = await migrate(database).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(NewerDatabaseError);
    expect(String(refusal)).toContain('found 1 migration that this version does not know');
    await database.close();
  });
});

describe('a database that cannot be reached', () => {
  test('is named by host and port, without user or password', async () => {
    const database = createDatabase('postgres://someone:hunter2@127.0.0.1:1/sweeps');
    const error = await listSweeps(database).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DatabaseAwayError);
    expect(String(error)).toContain('127.0.0.1:1/sweeps');
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error)).not.toMatch(/hunter2|someone/);
    await expect(migrate(database)).rejects.toThrow(DatabaseAwayError);
    await database.close();
  });

  test('that has ended meanwhile is away as well, and the process lives', async () => {
    const { url, drop } = await createEmptyDatabase();
    const database = createDatabase(url);
    await migrate(database);
    await drop();
    const error = await listSweeps(database).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).not.toContain(new URL(url).password);
    await database.close();
  });

  test('in the middle of its work is away, and back with the next question', async () => {
    const { url, drop } = await createEmptyDatabase();
    const database = createDatabase(url);
    const waiting = ask(database, () => database.execute(sql`select pg_sleep(60)`)).catch((reason: unknown) => reason);
    const killer = new pg.Client({ connectionString: url });
    await killer.connect();
    const kill =
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'select pg_sleep%'";
    await expect.poll(async () => (await killer.query(kill)).rowCount).toBe(1);
    expect(await waiting).toBeInstanceOf(DatabaseAwayError);
    await killer.end();
    expect(await migrate(database)).toMatchObject({ applied: expect.any(Number) as number });
    await database.close();
    await drop();
  });

  test('that leaves a question unanswered is away, and the connection that waits for the answer is closed', async () => {
    const { url, drop } = await createEmptyDatabase();
    const database = createDatabase(url, { answerMs: 3_000 });
    const slow = ask(database, () =>
      database.transaction(async (transaction) => {
        await transaction.execute(sql`select pg_backend_pid() as first`);
        await transaction.execute(sql`select pg_sleep(30)`);
      }),
    );
    await expect(slow).rejects.toThrow(DatabaseAwayError);
    expect(database.$client.totalCount).toBe(0);
    expect((await ask(database, () => database.execute(sql`select 1 as next`))).rows).toEqual([{ next: 1 }]);
    await database.close();
    await drop();
  });

  test('a connection that breaks between two questions of a transaction does not end the process', async () => {
    const { url, drop } = await createEmptyDatabase();
    const database = createDatabase(url);
    const killer = new pg.Client({ connectionString: url });
    await killer.connect();
    const broken = ask(database, () =>
      database.transaction(async (transaction) => {
        const { rows } = await transaction.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
        await killer.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
        await transaction.execute(sql`select 1`);
      }),
    );
    await expect(broken).rejects.toThrow(DatabaseAwayError);
    await killer.end();
    await database.close();
    await drop();
  });

  test('a URL that is none is refused without being repeated', () => {
    expect(() => createDatabase('someone:hunter2@host')).toThrow(QueryError);
    expect(() => createDatabase('someone:hunter2@host')).not.toThrow(/hunter2/);
  });
});

describe('what Postgres refuses', () => {
  const refusal = async (code: string): Promise<unknown> => {
    const { url, drop } = await createEmptyDatabase();
    const database = createDatabase(url);
    const raise = sql.raw(`do $$ begin raise exception 'refused' using errcode = '${code}'; end $$`);
    const error = await ask(database, () => database.execute(raise)).catch((reason: unknown) => reason);
    await database.close();
    await drop();
    return error;
  };

  test.each(['53100', '53200', '40001', '40P01', '55P03', '57014', '25006'])('with %s may pass', async (code) => {
    expect(await refusal(code)).toBeInstanceOf(PassingQueryError);
  });

  test.each(['22P02', '23505', '42P01'])('with %s is final', async (code) => {
    expect(await refusal(code)).toMatchObject({ name: 'QueryError', code });
  });
});
