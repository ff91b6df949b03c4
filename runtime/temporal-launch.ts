// Starts a process of Temporal's development server with our settings, and waits until it answers.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LOOPBACK, claimPort } from './ports.ts';
import { identify } from './process-identity.mjs';
import { stopProcess } from './stop-process.ts';
import { SEARCH_ATTRIBUTES } from './temporal-cluster.ts';
import { noteFile, readNote, writeNote, type RunningTemporal } from './temporal-folder.ts';
import { waitUntilReady } from './temporal-ready.ts';

export interface TemporalLaunch {
  /** The Temporal CLI. */
  executable: string;
  /** null: in memory, gone with the server. */
  folder: string | null;
  /** Default: any free one. */
  port?: number;
  /** Default: 8233 if it is free, else any. null: no page. */
  uiPort?: number | null;
}

const USUAL_UI_PORT = 8233;
const MOST_TRIES = 5;

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

/** Two servers that start at one moment find the same ports free, and one of them comes too late. */
export async function launchOnFreePorts(options: TemporalLaunch): Promise<RunningTemporal> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await launch(options);
    } catch (error) {
      const cameTooLate = error instanceof Error && /address already in use/.test(error.message);
      if (!cameTooLate || tries === MOST_TRIES) throw error;
    }
  }
}

async function launch({
  executable,
  folder,
  port: wanted,
  uiPort: wantedUi,
}: TemporalLaunch): Promise<RunningTemporal> {
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
    await stopProcess(running.process, { signal: 'SIGTERM' });
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
