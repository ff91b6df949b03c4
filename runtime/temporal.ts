// Starts Temporal's development server on a folder of ours, or adopts the one already running there.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { withLock } from './install/lock.mjs';
import { LOOPBACK, claimPort, isListening } from './ports.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.mjs';
import { stopProcess } from './stop-process.ts';
import { SEARCH_ATTRIBUTES, checkTemporal, prepareNamespace } from './temporal-cluster.ts';
import {
  noteFile,
  noteStopped,
  readNote,
  readTemporal,
  refuseOther,
  writeNote,
  type RunningTemporal,
} from './temporal-folder.ts';

export { connectionSettings } from './temporal-settings.ts';

export interface TemporalServer {
  address: string;
  /** Temporal's own web page. */
  uiUrl: string | null;
  pid: number;
  /** It was running already, left by a process that was killed or by `up`. */
  adopted: boolean;
  stop(): Promise<void>;
}

export interface TemporalOptions {
  /** The Temporal CLI. */
  executable: string;
  /** null: in memory, gone with the server. */
  folder: string | null;
  namespace?: string;
  /** Default: any free one. */
  port?: number;
  /** Default: 8233 if it is free, else any. null: no page. */
  uiPort?: number | null;
}

const USUAL_UI_PORT = 8233;
const READY_MS = 30_000;
const LOOK_AGAIN_MS = 20;

/** WAL makes ten times more workflows a second than the default journal; the poll rates halve a step's latency. */
const PRAGMAS = ['journal_mode=wal', 'synchronous=normal'];
export const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=1000',
  'history.timerProcessorMaxPollRPS=1000',
  'history.visibilityProcessorMaxPollRPS=1000',
  'history.maxInFlightUpdates=1000',
  'matching.enableFairness=true',
  // A queue in several parts serves each by itself, and what goes first in one may come after what waits in another.
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  'system.forceSearchAttributesCacheRefreshOnRead=true',
];

/** @throws when a wanted port is taken or the server does not come up */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  const { folder, namespace = 'default' } = options;
  const start = async (): Promise<TemporalServer> => {
    const found = folder === null ? null : await adopt(folder);
    const running = found ?? (await launchOnFreePorts(options));
    await prepareNamespace({ connectionOptions: { address: running.address }, namespace });
    const { address, uiUrl, process } = running;
    return { address, uiUrl, pid: process.pid, adopted: found !== null, stop: () => stopIn(folder, running) };
  };
  if (folder === null) return start();
  mkdirSync(folder, { recursive: true });
  return withLock(join(folder, 'starting'), start);
}

/** What runs here is this machine's, by whatever name it was started. @throws where another machine has a server on this folder */
async function adopt(folder: string): Promise<RunningTemporal | null> {
  const found = await findTemporal(folder);
  if (found === null) refuseOther(folder);
  else writeNote(folder, { ...found, process: identify(found.process.pid) });
  return found;
}

/** Whether a server of ours runs on this folder. */
export async function findTemporal(folder: string): Promise<RunningTemporal | null> {
  const running = readTemporal(folder);
  if (!running) return null;
  try {
    await waitUntilReady(running.address, () => !isAlive(running.process));
    return running;
  } catch (error) {
    if (!isAlive(running.process)) return null; // it was just ending
    throw error;
  }
}

/** Stops it whether it answers or not. */
export async function stopTemporal(folder: string): Promise<boolean> {
  const running = readTemporal(folder);
  if (running) await stopIn(folder, running);
  return running !== null;
}

async function stopIn(folder: string | null, running: RunningTemporal): Promise<void> {
  await stop(running.process);
  if (folder !== null) noteStopped(folder, running);
}

const stop = (process: ProcessIdentity): Promise<void> => stopProcess(process, { signal: 'SIGTERM' });

/** Two servers that start at one moment find the same ports free, and one of them comes too late. */
async function launchOnFreePorts(options: TemporalOptions): Promise<RunningTemporal> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await launch(options);
    } catch (error) {
      const cameTooLate = error instanceof Error && /address already in use/.test(error.message);
      if (!cameTooLate || tries === MOST_TRIES) throw error;
    }
  }
}

const MOST_TRIES = 5;

async function launch({
  executable,
  folder,
  port: wanted,
  uiPort: wantedUi,
}: TemporalOptions): Promise<RunningTemporal> {
  const last = folder === null ? null : readNote(folder);
  const lastPort = last === null ? undefined : Number(last.address.split(':')[1]);
  const port = await claimPort({ wanted, last: lastPort }, 'Temporal (LPT_SWEEP_TEMPORAL_PORT)');
  const uiPort = await claimUiPort(wantedUi, last?.uiUrl ?? null);
  const address = `${LOOPBACK}:${port}`;
  const log = folder === null ? null : join(folder, 'temporal.log');
  const output = log === null ? 'ignore' : openSync(log, 'w');
  const args = serverArguments({ port, uiPort, file: folder === null ? null : join(folder, 'temporal.db') });
  const child = spawn(executable, args, { detached: true, stdio: ['ignore', output, output] });
  if (typeof output === 'number') closeSync(output);
  const failures: string[] = [];
  child.once('error', (error) => failures.push(error.message));
  child.once('exit', (code, signal) => failures.push(`it ended with ${code ?? signal ?? 'no code'}`));
  child.unref();
  const running = {
    process: identify(child.pid ?? 0),
    address,
    uiUrl: uiPort === null ? null : `http://${LOOPBACK}:${uiPort}`,
  };
  if (folder !== null) writeNote(folder, running);
  try {
    await waitUntilReady(address, () => failures.length > 0);
    return running;
  } catch (error) {
    if (folder !== null) rmSync(noteFile(folder), { force: true });
    await stop(running.process);
    const said = log === null ? '' : (readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? '');
    throw new Error(`Temporal did not start: ${failures[0] ?? String(error)}. ${said}`.trim(), { cause: error });
  }
}

function serverArguments({
  port,
  uiPort,
  file,
}: {
  port: number;
  uiPort: number | null;
  file: string | null;
}): string[] {
  return [
    ...['server', 'start-dev', '--ip', LOOPBACK, '--port', String(port), '--log-level', 'error'],
    ...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...(file === null ? [] : ['--db-filename', file, ...PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma])]),
    ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
    ...DYNAMIC_CONFIG.flatMap((setting) => ['--dynamic-config-value', setting]),
  ];
}

async function claimUiPort(wanted: number | null | undefined, lastUrl: string | null): Promise<number | null> {
  if (wanted === null) return null;
  const last = lastUrl === null ? USUAL_UI_PORT : Number(new URL(lastUrl).port);
  return claimPort({ wanted, last }, "Temporal's page (LPT_SWEEP_TEMPORAL_UI_PORT)");
}

/** A gRPC channel that is refused once waits a second before it tries again: so the bare port first, then the namespace. */
async function waitUntilReady(address: string, isGone: () => boolean): Promise<void> {
  const [host = LOOPBACK, port] = address.split(':');
  const end = performance.now() + READY_MS;
  for (;;) {
    try {
      if (!(await isListening(host, Number(port)))) throw new Error(`nothing listens at ${address}`);
      await checkTemporal({ connectionOptions: { address }, namespace: 'default' });
      if (!isGone()) return;
      throw new Error('it ended');
    } catch (error) {
      if (isGone() || performance.now() > end) throw error;
    }
    await pause(LOOK_AGAIN_MS);
  }
}
