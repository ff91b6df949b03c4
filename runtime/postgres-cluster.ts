// Makes a Postgres data folder, whole or not at all, and keeps its password beside it.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { programFile } from './install/postgres-programs.mjs';
import { serverUser } from './install/server-user.mjs';

export const SUPERUSER = 'lpt_sweep';
const UNFINISHED = '.initdb-';

/** Nothing to do where there is one; one of another major version is refused. */
export function createCluster({ native, home }: { native: string; home: string }): void {
  const data = join(home, 'data');
  if (existsSync(join(data, 'PG_VERSION'))) {
    checkMajor({ native, data });
    return;
  }
  for (const left of readdirSync(home).filter((name) => name.startsWith(UNFINISHED))) {
    rmSync(join(home, left), { recursive: true, force: true }); // we hold the lock: nobody is at work on it
  }
  const [part, passwordFile] = [join(home, `${UNFINISHED}data`), join(home, `${UNFINISHED}password`)];
  const password = randomBytes(18).toString('base64url');
  mkdirSync(part, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const user = serverUser();
  if (user) for (const path of [part, passwordFile]) chownSync(path, user.uid, user.gid);
  try {
    initdb({ native, part, passwordFile });
    writeFileSync(join(home, 'password'), password, { mode: 0o600 });
    renameSync(part, data);
  } finally {
    rmSync(part, { recursive: true, force: true });
    rmSync(passwordFile, { force: true });
  }
}

export function readPassword(home: string): string {
  return readFileSync(join(home, 'password'), 'utf8').trim();
}

function initdb({ native, part, passwordFile }: { native: string; part: string; passwordFile: string }): void {
  const user = serverUser();
  const flags = [
    ...['-D', part, '-U', SUPERUSER, `--pwfile=${passwordFile}`, '-A', 'scram-sha-256', '-E', 'UTF8'],
    // A bare container has no locales: Postgres's own give UTF-8 everywhere.
    ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...(process.platform === 'linux' ? ['--sync-method=syncfs'] : []),
  ];
  const result = spawnSync(programFile(native, 'initdb'), flags, {
    ...(user ? { uid: user.uid, gid: user.gid } : {}),
    cwd: '/',
    encoding: 'utf8',
  });
  if (result.status === 0) return;
  const said = result.error?.message ?? result.stderr.trim().split('\n').slice(-3).join(' ');
  throw new Error(`The Postgres data folder could not be made: ${said}`);
}

function checkMajor({ native, data }: { native: string; data: string }): void {
  const made = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  const version = spawnSync(programFile(native, 'postgres'), ['--version'], { encoding: 'utf8' }).stdout;
  const installed = /\) (\d+)/.exec(version)?.[1];
  if (installed === made) return;
  throw new Error(
    `Expected the data in ${data} to be of Postgres ${installed ?? '(unknown)'}, found Postgres ${made}. ` +
      'Dump it with that version and restore it, or set LPT_SWEEP_STATE to another folder.',
  );
}
