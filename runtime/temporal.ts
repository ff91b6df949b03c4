// Starts Temporal's development server on a folder of ours, or adopts the one already running there.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './install/lock.mjs';
import { identify, isAlive } from './process-identity.mjs';
import { stopProcess } from './stop-process.ts';
import { prepareNamespace } from './temporal-cluster.ts';
import { noteStopped, readTemporal, refuseOther, writeNote, type RunningTemporal } from './temporal-folder.ts';
import { launchOnFreePorts, type TemporalLaunch } from './temporal-launch.ts';
import { waitUntilReady } from './temporal-ready.ts';

export interface TemporalServer {
  address: string;
  /** Temporal's own web page. */
  uiUrl: string | null;
  pid: number;
  /** It was running already, left by a process that was killed or by `up`. */
  adopted: boolean;
  stop(): Promise<void>;
}

export interface TemporalOptions extends TemporalLaunch {
  namespace?: string;
}

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
  await stopProcess(running.process, { signal: 'SIGTERM' });
  if (folder !== null) noteStopped(folder, running);
}
