// Starts a Postgres server process on a cluster that is there, and waits until it takes connections.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { programFile } from './install/postgres-programs.mjs';
import { serverUser } from './install/server-user.mjs';
import { LOOPBACK, claimPort } from './ports.ts';
import { addressOf, forgetStranger, lastPort, noteHost, type RunningPostgres } from './postgres-folder.ts';
import { waitUntilReady } from './postgres-ready.ts';
import { identify } from './process-identity.mjs';

const TRY_AGAIN_MS = 100;
const AFTERMATH_MS = 15_000;
const AFTERMATH = /postmaster\.pid" already exists|shared memory block .* still in use/;

interface Launch {
  native: string;
  home: string;
  port: number | undefined;
}

/** Postgres refuses while anything of a killed server is still going; that takes a moment. */
export async function launchAfterCrash(options: Launch): Promise<RunningPostgres> {
  forgetStranger(options.home);
  noteHost(options.home);
  for (const end = performance.now() + AFTERMATH_MS; ;) {
    try {
      return await launch(options);
    } catch (error) {
      const aftermath = error instanceof Error && AFTERMATH.test(error.message);
      if (!aftermath || performance.now() > end) throw error;
      await pause(TRY_AGAIN_MS);
    }
  }
}

async function launch({ native, home, port: wanted }: Launch): Promise<RunningPostgres> {
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

/** One sync of the whole file system instead of one a file: seconds on a slow disk. */
function syncMethod(): string {
  return process.platform === 'linux' ? 'syncfs' : 'fsync';
}

function runAs(): { uid?: number; gid?: number } {
  const user = serverUser();
  return user === null ? {} : { uid: user.uid, gid: user.gid };
}
