// Starts the Postgres server that comes with the npm packages on a folder of ours, or adopts the one already running there.
import { join, resolve } from 'node:path';
import pg from 'pg';
import { readEnvironment } from './environment.mjs';
import { withLock } from './install/lock.mjs';
import { locatePostgres } from './install/postgres.mjs';
import { makeReachable } from './install/server-user.mjs';
import { createCluster } from './postgres-cluster.ts';
import {
  addressOf,
  leaveNote,
  noteHost,
  reachableFolder,
  readPostgres,
  refuseElsewhere,
  type RunningPostgres,
} from './postgres-folder.ts';
import { launchAfterCrash } from './postgres-launch.ts';
import { waitUntilReady } from './postgres-ready.ts';
import { isAlive } from './process-identity.mjs';
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
