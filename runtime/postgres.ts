// Starts the Postgres server that comes with the npm packages on a folder of ours, or adopts the one already running there.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { readEnvironment } from './environment.mjs';
import { programFile } from './install/postgres-programs.mjs';
import { locatePostgres } from './install/postgres.mjs';
import { makeReachable, serverUser } from './install/server-user.mjs';
import { withLock } from './install/lock.mjs';
import { LOOPBACK, claimPort } from './ports.ts';
import { createCluster } from './postgres-cluster.ts';
import {
  addressOf,
  forgetStranger,
  lastPort,
  leaveNote,
  noteHost,
  reachableFolder,
  readPostgres,
  refuseElsewhere,
  type RunningPostgres,
} from './postgres-folder.ts';
import { identify, isAlive } from './process-identity.mjs';
import { PROJECT } from './project.ts';
import { stopProcess } from './stop-process.ts';

export interface PostgresServer {
  /** Holds the password: never print it. */
  url: string;
  pid: number;
  port: number;
  /** It was running already, left by a process that was killed or by `up`. */
  adopted: boolean;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  folder: string;
  database?: string;
  /** Default: any free one. */
  port?: number;
  cacheFolder?: string;
}

const READY_MS = 60_000;
const LOOK_AGAIN_MS = 20;
const AFTERMATH_MS = 15_000;
const AFTERMATH = /postmaster\.pid" already exists|shared memory block .* still in use/;
/** Postgres says so while it starts, recovers or stops. */
const CANNOT_CONNECT_NOW = '57P03';

/** @throws when the folder was made by another major version, the wanted port is taken, or the server does not come up */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { folder, database = 'lpt_sweep', cacheFolder = readEnvironment().cacheFolder } = options;
  const native = locatePostgres({ project: PROJECT, cacheFolder });
  if (native === null) throw new Error('Postgres is not installed: run `node scripts/setup.mjs`, or set DATABASE_URL.');
  const home = reachableFolder(folder);
  makeReachable(home);
  if (home !== resolve(folder)) leaveNote(folder, home);
  return withLock(join(home, 'starting'), async () => {
    // What answers here to our password is this machine's, by whatever name it was started.
    const found = await findPostgres(folder);
    if (found === null) refuseElsewhere(home);
    else noteHost(home);
    createCluster({ native, home });
    const running = found ?? (await launchAfterCrash({ native, home, port: options.port }));
    await ensureDatabase(addressOf(home, running.port), database);
    const url = addressOf(home, running.port, database);
    return {
      url,
      pid: running.process.pid,
      port: running.port,
      adopted: found !== null,
      stop: () => stopProcess(running.process, { signal: 'SIGINT', force: 'SIGQUIT' }),
    };
  });
}

/** Whether a server runs on this folder, and answers to our password. */
export async function findPostgres(folder: string): Promise<RunningPostgres | null> {
  const running = readPostgres(folder);
  if (running === null) return null;
  try {
    await waitUntilReady(addressOf(reachableFolder(folder), running.port), () => !isAlive(running.process));
    return running;
  } catch {
    return null; // a number used again by another program: Postgres itself looks closer than we can
  }
}

/** Stops it whether it answers or not, where the system tells whose a number is; elsewhere one that answers to our password. */
export async function stopPostgres(folder: string): Promise<boolean> {
  const found = process.platform === 'linux' ? readPostgres(folder) : await findPostgres(folder);
  if (found) await stopProcess(found.process, { signal: 'SIGINT', force: 'SIGQUIT' });
  return found !== null;
}

interface Launch {
  native: string;
  home: string;
  port: number | undefined;
}

/** Postgres refuses while anything of a killed server is still going; that takes a moment. */
async function launchAfterCrash(options: Launch): ReturnType<typeof launch> {
  forgetStranger(options.home);
  noteHost(options.home);
  for (const end = performance.now() + AFTERMATH_MS; ;) {
    try {
      return await launch(options);
    } catch (error) {
      const aftermath = error instanceof Error && AFTERMATH.test(error.message);
      if (!aftermath || performance.now() > end) throw error;
      await pause(5 * LOOK_AGAIN_MS);
    }
  }
}

async function launch({ native, home, port: wanted }: Launch) {
  const port = await claimPort({ wanted, last: lastPort(home) }, 'Postgres (LPT_SWEEP_POSTGRES_PORT)');
  const log = join(home, 'postgres.log');
  const output = openSync(log, 'w', 0o600);
  const settings = { listen_addresses: LOOPBACK, unix_socket_directories: '', recovery_init_sync_method: syncMethod() };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(programFile(native, 'postgres'), ['-D', join(home, 'data'), '-p', String(port), ...flags], {
    ...runAs(),
    cwd: '/',
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  let exited = false;
  child.once('exit', () => (exited = true)).once('error', () => (exited = true));
  child.unref();
  try {
    await waitUntilReady(addressOf(home, port), () => exited);
  } catch (error) {
    const said = readFileSync(log, 'utf8').trim().split('\n').slice(-3).join(' ');
    throw new Error(`Postgres did not start: ${said || String(error)}`, { cause: error });
  }
  return { process: identify(child.pid), port };
}

async function waitUntilReady(url: string, isGone: () => boolean): Promise<void> {
  const end = performance.now() + READY_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined); // the server may go while we ask
    try {
      await client.connect();
      return;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // One that is held up accepts nobody, and is not gone for that.
      const isSilent = error instanceof Error && error.message === 'timeout expired';
      const starting = isSilent || code === 'ECONNREFUSED' || code === CANNOT_CONNECT_NOW;
      if (!starting || isGone() || performance.now() > end) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
    await pause(LOOK_AGAIN_MS);
  }
}

async function ensureDatabase(url: string, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

/** One sync of the whole file system instead of one a file: seconds on a slow disk. */
function syncMethod(): string {
  return process.platform === 'linux' ? 'syncfs' : 'fsync';
}

function runAs(): { uid?: number; gid?: number } {
  const user = serverUser();
  return user === null ? {} : { uid: user.uid, gid: user.gid };
}
