// What a Postgres folder tells: where it really lies, which server runs on it, how that is reached.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { SHARED_FOLDER, isTraversable, serverUser } from './install/server-user.mjs';
import { LOOPBACK } from './ports.ts';
import { SUPERUSER, readPassword } from './postgres-cluster.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.mjs';
import { startedElsewhere } from './started-elsewhere.ts';

export interface RunningPostgres {
  process: ProcessIdentity;
  port: number;
}

/**
 * As root the server runs as another user, who cannot look into a home that is closed to others.
 * The data then lies in a folder of the machine, named after the one that was asked for.
 */
export function reachableFolder(folder: string): string {
  const wanted = resolve(folder);
  if (serverUser() === null || isTraversable(wanted)) return wanted;
  return join(SHARED_FOLDER, 'state', createHash('sha256').update(wanted).digest('hex').slice(0, 16));
}

/** For the person who looks for the data. */
export function leaveNote(folder: string, home: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'data-lies-in.txt'), `${home}\n`);
}

/** As its own note has it: it may be starting, or held up. */
export function readPostgres(folder: string): RunningPostgres | null {
  const home = reachableFolder(folder);
  const pidFile = pidFileOf(home);
  if (!existsSync(pidFile)) return null;
  const lines = readFileSync(pidFile, 'utf8').split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!isAlive({ pid, started: null }) || isStranger(home, pid) || !Number.isInteger(port) || port === 0) return null;
  return { process: identify(pid), port };
}

/** The machine that has started a server on a folder that we share and not stopped it, where it is another: it does not show here. */
export function postgresElsewhere(home: string): string | null {
  const hostFile = join(home, 'host');
  const host = existsSync(hostFile) ? readFileSync(hostFile, 'utf8').trim() : hostname();
  return host === hostname() || !existsSync(pidFileOf(home)) ? null : host;
}

/** Two servers would spoil the data. @throws an error for people */
export function refuseElsewhere(home: string): void {
  const host = postgresElsewhere(home);
  if (host === null) return;
  throw startedElsewhere({ server: 'Postgres', folder: home, host, setting: 'DATABASE_URL', note: pidFileOf(home) });
}

/** Before a server starts, and where one is adopted: the machine may have another name by now. */
export function noteHost(home: string): void {
  writeFileSync(join(home, 'host'), `${hostname()}\n`);
}

/** A pid file that is empty, or whose number now belongs to another program, would make Postgres refuse for ever. */
export function forgetStranger(home: string): void {
  const pidFile = pidFileOf(home);
  if (!existsSync(pidFile)) return;
  const [pid = ''] = readFileSync(pidFile, 'utf8').split('\n');
  if (pid === '' || isStranger(home, Number(pid))) rmSync(pidFile);
}

const pidFileOf = (home: string): string => join(home, 'data', 'postmaster.pid');

/** Whether the number belongs to a program that is not this folder's server; where nobody can tell, Postgres decides. */
function isStranger(home: string, pid: number): boolean {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return command !== '' && !command.includes(join(home, 'data'));
  } catch {
    return false; // no such process, or no /proc
  }
}

/** Postgres itself keeps the words it was started with. */
export function lastPort(home: string): number | undefined {
  try {
    const port = /"-p" "(\d+)"/.exec(readFileSync(join(home, 'data', 'postmaster.opts'), 'utf8'))?.[1];
    return port === undefined ? undefined : Number(port);
  } catch {
    return undefined; // it never ran
  }
}

export function addressOf(home: string, port: number, database = 'postgres'): string {
  return `postgres://${SUPERUSER}:${readPassword(home)}@${LOOPBACK}:${port}/${database}`;
}

/** How a person connects with a client of their own: the password is named by its file, and printed nowhere. */
export function psqlCommand(folder: string, url: string): string {
  const { hostname, port, username, pathname } = new URL(url);
  const file = `'${join(reachableFolder(folder), 'password').replaceAll("'", "'\\''")}'`;
  return `PGPASSWORD="$(cat ${file})" psql -h ${hostname} -p ${port} -U ${username} ${pathname.slice(1)}`;
}
