import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { checkDatabase } from '../../runtime/database.ts';
import { isTraversable, makeReachable, openToOthers } from '../../runtime/install/server-user.mjs';
import { freePort } from '../../runtime/ports.ts';
import { psqlCommand, reachableFolder } from '../../runtime/postgres-folder.ts';
import { isAlive } from '../../runtime/process-identity.mjs';
import { findPostgres, startPostgres, stopPostgres } from '../../runtime/postgres.ts';
import { temporaryFolder } from './temporary.ts';

const SECRET = 'do-not-print-me';

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded Postgres', () => {
  // One cluster for all: making one takes the longest.
  const folder = mkdtempSync(join(tmpdir(), 'lpt-sweep-postgres-'));
  beforeAll(async () => {
    chmodSync(folder, 0o755); // as root, Postgres runs as another user and must get in
    const server = await startPostgres({ folder });
    await query(server.url, 'create table kept (value int)');
    await query(server.url, 'insert into kept values (1)');
    await server.stop();
  });
  afterAll(async () => {
    await stopPostgres(folder);
    rmSync(folder, { recursive: true, force: true });
  });

  test('keeps its data between runs', async () => {
    const server = await startPostgres({ folder });
    expect(server.adopted).toBe(false);
    expect(await query(server.url, 'select value from kept')).toEqual([{ value: 1 }]);
    await server.stop();
    expect(await findPostgres(folder)).toBeNull();
  });

  test('is not started on data that a server of another machine may be running on', async () => {
    const home = reachableFolder(folder);
    const pidFile = join(home, 'data', 'postmaster.pid');
    writeFileSync(pidFile, '999999999\n');
    writeFileSync(join(home, 'host'), 'node-7\n');
    onTestFinished(() => rmSync(pidFile, { force: true }));
    await expect(startPostgres({ folder })).rejects.toThrow(
      /found one that node-7 has started .* run `lpt-sweep down` here; .* remove .*postmaster\.pid/,
    );
    // What it has stopped is anybody's.
    rmSync(pidFile);
    const server = await startPostgres({ folder });
    await server.stop();
    expect(readFileSync(join(home, 'host'), 'utf8')).not.toContain('node-7');
  });

  test('is adopted by a machine that has another name than when it was started', async () => {
    const first = await startPostgres({ folder });
    onTestFinished(() => first.stop());
    const host = join(reachableFolder(folder), 'host');
    const now = readFileSync(host, 'utf8');
    writeFileSync(host, 'former-name\n');
    expect(await startPostgres({ folder })).toMatchObject({ adopted: true, pid: first.pid });
    expect(readFileSync(host, 'utf8')).toBe(now);
  });

  test('is told how to connect to without its password, which lies in the file that is named', async () => {
    const server = await startPostgres({ folder });
    onTestFinished(() => server.stop());
    const { port, password, pathname } = new URL(server.url);
    const command = psqlCommand(folder, server.url);
    expect(command).not.toContain(password);
    const [, file = ''] = /^PGPASSWORD="\$\(cat '(.+)'\)" psql -h 127\.0\.0\.1/.exec(command)!;
    expect(command.endsWith(` -p ${port} -U lpt_sweep ${pathname.slice(1)}`)).toBe(true);
    expect(readFileSync(file, 'utf8').trim()).toBe(password);
  });

  test('is adopted while it runs, and comes back with every row after SIGKILL', async () => {
    const first = await startPostgres({ folder });
    const second = await startPostgres({ folder });
    expect(second).toMatchObject({ adopted: true, pid: first.pid, port: first.port });
    await query(second.url, 'create table late (value int); insert into late values (2)');
    process.kill(first.pid, 'SIGKILL');
    await first.stop(); // waits until it is gone
    const third = await startPostgres({ folder });
    expect(third.adopted).toBe(false);
    expect(await query(third.url, 'select value from late')).toEqual([{ value: 2 }]);
    await third.stop();
  });

  test('held up for longer than a connection waits is adopted all the same', async () => {
    const first = await startPostgres({ folder });
    process.kill(first.pid, 'SIGSTOP');
    onTestFinished(() => first.stop());
    const second = startPostgres({ folder });
    const wakeUp = setTimeout(() => process.kill(first.pid, 'SIGCONT'), 3_000);
    onTestFinished(() => clearTimeout(wakeUp));
    expect(await second).toMatchObject({ adopted: true, pid: first.pid });
  });

  test('held up is stopped all the same', async () => {
    const server = await startPostgres({ folder });
    onTestFinished(() => server.stop());
    process.kill(server.pid, 'SIGSTOP');
    expect(await stopPostgres(folder)).toBe(true);
    expect(isAlive({ pid: server.pid, started: null })).toBe(false);
  });

  test.each(['an empty pid file', 'the pid of another program'])('starts beside %s', async (left) => {
    const pidFile = join(reachableFolder(folder), 'data', 'postmaster.pid');
    writeFileSync(pidFile, left.startsWith('an empty') ? '' : `${process.pid}\n\n\n5432\n`);
    const server = await startPostgres({ folder });
    expect(server.adopted).toBe(false);
    await server.stop();
  });

  test('started twice at once is one server', async () => {
    const [one, other] = await Promise.all([startPostgres({ folder }), startPostgres({ folder })]);
    expect(one.pid).toBe(other.pid);
    expect([one.adopted, other.adopted].toSorted()).toEqual([false, true]);
    await one.stop();
  });

  test('keeps its password in a file for its owner alone', async () => {
    const server = await startPostgres({ folder });
    await server.stop();
    const password = readFileSync(join(reachableFolder(folder), 'password'), 'utf8');
    expect(server.url).toContain(password);
    expect(readFileSync(join(reachableFolder(folder), 'postgres.log'), 'utf8')).not.toContain(password);
    expect(readdirSync(reachableFolder(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('a folder of another major version is refused and left alone', async () => {
    const version = join(reachableFolder(folder), 'data', 'PG_VERSION');
    const made = readFileSync(version, 'utf8');
    onTestFinished(() => writeFileSync(version, made));
    writeFileSync(version, '11\n');
    await expect(startPostgres({ folder })).rejects.toThrow('found Postgres 11');
  });

  test('a port in use is named', async () => {
    const port = await occupiedPort();
    await expect(startPostgres({ folder, port })).rejects.toThrow(`Expected port ${port} to be free for Postgres`);
  });
});

describe.runIf(process.getuid?.() === 0)('as root, with a umask that closes what is made', () => {
  function closingUmask(): void {
    const usual = process.umask(0o077);
    onTestFinished(() => void process.umask(usual));
  }

  test('the embedded Postgres comes up in the folder that was asked for', async () => {
    const folder = join(temporaryFolder(), 'new', 'state');
    closingUmask();
    const server = await startPostgres({ folder });
    onTestFinished(() => server.stop());
    expect(reachableFolder(folder)).toBe(folder);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('folders that an earlier run has closed are opened, down to the one that is made', () => {
    const shared = join(temporaryFolder(), 'shared');
    closingUmask();
    mkdirSync(join(shared, 'state'), { recursive: true });
    makeReachable(join(shared, 'state', 'one'), shared);
    expect(isTraversable(join(shared, 'state', 'one'))).toBe(true);
  });

  test('a copy of programs can be read and run by the user of the server', () => {
    const folder = join(temporaryFolder(), 'copy');
    closingUmask();
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFileSync(join(folder, 'bin', 'postgres'), '', { mode: 0o700 });
    writeFileSync(join(folder, 'bin', 'postgres.bki'), '');
    openToOthers(folder);
    const modes = ['', 'bin', 'bin/postgres', 'bin/postgres.bki'].map((path) => statSync(join(folder, path)).mode);
    expect(modes.map((mode) => mode & 0o777)).toEqual([0o755, 0o755, 0o755, 0o644]);
  });
});

describe("a user's own database", () => {
  test('that is down is named by host and port, never by its password', async () => {
    const port = await freePort();
    const attempt = checkDatabase(`postgres://me:${SECRET}@127.0.0.1:${port}/mine`);
    await expect(attempt).rejects.toThrow(`No Postgres answers at 127.0.0.1:${port}`);
    await expect(attempt).rejects.not.toThrow(SECRET);
  });

  test('with a wrong address is refused without repeating it', async () => {
    await expect(checkDatabase(`mysql://me:${SECRET}@host/mine`)).rejects.toThrow(
      'Expected DATABASE_URL to be an address',
    );
    await expect(checkDatabase(`mysql://me:${SECRET}@host/mine`)).rejects.not.toThrow(SECRET);
  });
});

async function occupiedPort(): Promise<number> {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return port;
}
