// The program as a person runs it: its own process, its own state folder, embedded servers.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { childEnvironment } from '../../runtime/environment.mjs';

const BIN = join(import.meta.dirname, '../../cli/bin.mjs');

/** Whatever servers the person who runs the tests has, these have their own. */
export const ON_ITS_OWN = { DATABASE_URL: undefined, TEMPORAL_ADDRESS: undefined, TEMPORAL_PROFILE: undefined };

/** How long a condition is waited for, on a machine that is busy. */
export const SOON = { timeout: 150_000, interval: 20 };

export interface Ended {
  code: number | null;
  out: string;
  said: string[];
}

export interface Running {
  /** Lines of standard error so far. */
  said: string[];
  ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

/** @param input what stands on standard input */
export function installedIn(stateFolder: string, folder: string, input = ''): (...words: string[]) => Running {
  const env = childEnvironment({
    ...ON_ITS_OWN,
    LPT_SWEEP_STATE: stateFolder,
    LPT_SWEEP_DEVICE: 'cpu',
    LPT_SWEEP_THREADS: '1',
  });
  return (...words) => {
    const child = spawn(process.execPath, [BIN, ...words], { cwd: folder, env, stdio: 'pipe' });
    child.stdin.end(input);
    return follow(child);
  };
}

const running = new Map<ChildProcess, Promise<Ended>>();

/** What a test that failed has left would take the next one's trials, and the processor from all. */
export async function endAll(): Promise<void> {
  for (const child of running.keys()) child.kill('SIGKILL');
  await Promise.all(running.values());
}

export function follow(child: ChildProcess & { stdout: Readable; stderr: Readable }): Running {
  const said: string[] = [];
  const out: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out: out.join(''), said }));
  running.set(child, ended);
  void ended.then(() => running.delete(child));
  return { said, ended, kill: (signal) => child.kill(signal) };
}

/** Process ids of the workers that a `--watch` has said it started, in their order. */
export function workersOf({ said }: Running): number[] {
  return said.flatMap((line) => {
    const pid = /^Worker (\d+)@/.exec(line)?.[1];
    return pid === undefined ? [] : [Number(pid)];
  });
}
