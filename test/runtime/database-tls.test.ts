import { chmodSync, chownSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkDatabase } from '../../runtime/database.ts';
import { databaseUrl } from '../../runtime/database-url.mjs';
import { readEnvironment } from '../../runtime/environment.mjs';
import { findTemporalCli } from '../../runtime/install/temporal.mjs';
import { serverUser } from '../../runtime/install/server-user.mjs';
import { isListening } from '../../runtime/ports.ts';
import { startPostgres } from '../../runtime/postgres.ts';
import { startTemporal } from '../../runtime/temporal.ts';
import { createAuthority } from '../support/certificates.ts';
import { temporaryFolder } from './temporary.ts';

describe('sslmode in DATABASE_URL', () => {
  const authority = createAuthority('authority');

  /** A Postgres of the test's own that speaks TLS with a certificate for 127.0.0.1. */
  async function postgresWithTls(): Promise<{ url: string; folder: string; ca: string; foreign: string }> {
    const folder = temporaryFolder();
    const postgres = await startPostgres({ folder });
    onTestFinished(() => postgres.stop());
    const { certificate, key } = authority.issue('postgres');
    const file = (name: string, text: string): string => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    };
    const [cert, privateKey] = [file('server.pem', certificate), file('server.key', key)];
    const user = serverUser();
    if (user) chownSync(privateKey, user.uid, user.gid);
    chmodSync(privateKey, 0o600);
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query(`alter system set ssl_cert_file = '${cert}'`);
    await client.query(`alter system set ssl_key_file = '${privateKey}'`);
    await client.query('alter system set ssl = on');
    await client.query('select pg_reload_conf()');
    await client.end();
    const ca = file('ca.pem', authority.certificate);
    const foreign = file('foreign.pem', createAuthority('stranger').certificate);
    await expect.poll(() => connects(`${postgres.url}?sslmode=require`), { timeout: 20_000 }).toBe(true);
    return { url: postgres.url, folder, ca, foreign };
  }

  const check = (url: string) => checkDatabase(databaseUrl(url) ?? '');
  const connects = (url: string): Promise<boolean> =>
    check(url).then(
      () => true,
      () => false,
    );

  test('encrypts, and verifies exactly where it is asked to', async () => {
    const { url, ca, foreign } = await postgresWithTls();
    await check(`${url}?sslmode=require`);
    await check(`${url}?sslmode=verify-full&sslrootcert=${ca}`);
    await check(`${url}?sslmode=verify-ca&sslrootcert=${ca}`);
    const named = url.replace('127.0.0.1', 'localhost');
    await check(`${named}?sslmode=verify-ca&sslrootcert=${ca}`);
    const password = new URL(url).password;
    for (const refused of [
      `${url}?sslmode=verify-full`,
      `${url}?sslmode=verify-full&sslrootcert=${foreign}`,
      `${url}?sslmode=require&sslrootcert=${foreign}`,
      `${named}?sslmode=verify-full&sslrootcert=${ca}`,
    ]) {
      await expect(check(refused)).rejects.toThrow(
        /has a certificate that is not trusted .* sslrootcert in DATABASE_URL/,
      );
      await expect(check(refused)).rejects.not.toThrow(password);
    }
  });

  test('is kept from a server that has no TLS, and says so', async () => {
    const folder = temporaryFolder();
    const postgres = await startPostgres({ folder });
    onTestFinished(() => postgres.stop());
    await expect(check(`${postgres.url}?sslmode=require`)).rejects.toThrow('does not speak TLS. Correct sslmode');
  });

  test.each([
    ['sslmode=prefer', 'one of disable, require, verify-ca, verify-full, no-verify, found "prefer"'],
    ['sslmode=verify-ca', 'Expected sslrootcert beside sslmode=verify-ca'],
    ['sslmode=require&sslrootcert=/nowhere/ca.pem', 'to name a file, found none at /nowhere/ca.pem'],
  ])('%s is refused with what was expected', (parameters, message) => {
    const DATABASE_URL = `postgres://someone:hunter2@host/sweeps?${parameters}`;
    expect(() => readEnvironment({ HOME: '/home/someone', DATABASE_URL })).toThrow(message);
    expect(() => readEnvironment({ HOME: '/home/someone', DATABASE_URL })).not.toThrow(/hunter2/);
  });
});

test('embedded servers listen on loopback only', async () => {
  const postgres = await startPostgres({ folder: temporaryFolder() });
  onTestFinished(() => postgres.stop());
  const executable = findTemporalCli(readEnvironment())!.path;
  const temporal = await startTemporal({ executable, folder: null });
  onTestFinished(() => temporal.stop());
  const sockets = [...listeningSockets(temporal.pid), ...listeningSockets(postgres.pid)];
  expect(sockets.length).toBeGreaterThan(2);
  expect(sockets.filter((address) => !LOOPBACK.test(address))).toEqual([]);
  const outside = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter((one) => !one.internal && one.family === 'IPv4');
  for (const { address } of outside) expect(await isListening(address, postgres.port)).toBe(false);
});

/** The kernel's spelling: bytes in the order of the machine. */
const LOOPBACK = /^(0100007F|0000000000000000FFFF00000100007F|00000000000000000000000001000000):/;

function listeningSockets(pid: number): string[] {
  const inodes = new Set(socketInodes(pid));
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode = '']) => state === '0A' && inodes.has(inode))
      .map(([, local = '']) => local),
  );
}

function socketInodes(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((name) => /^socket:\[(\d+)\]$/.exec(linkOf(join(folder, name)))?.[1] ?? []);
}

/** A descriptor may be closed while we look. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
