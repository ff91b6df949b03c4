// The processes that a person, or the machine's own service manager, keeps going: the client that watches, and the workers.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Ground, SweepName } from './ground.ts';

const BIN = join(import.meta.dirname, '../../cli/bin.mjs');
/** As service managers do: at once is too soon for what ended because something else is missing. */
const RESTART_MS = 1_000;
const LINES_KEPT = 5;

interface Member {
  name: string;
  words: string[];
  child: ChildProcess | null;
  lastLines: string[];
}

export interface CrewOptions {
  ground: Ground;
  sweep: SweepName;
  workers: number;
  say: (text: string) => void;
}

export class Crew {
  /** Exits that nobody forced, and that were no end of the sweep, in words. */
  readonly surprises: string[] = [];
  /** Resolves when a worker has begun a trial. */
  readonly underway: Promise<void>;
  /** Resolves when the client has seen the sweep's end. */
  readonly finished: Promise<void>;
  readonly #options: CrewOptions;
  readonly #client: Member;
  readonly #workers: Member[];
  #restartMs = RESTART_MS;
  #isOver = false;
  #begin: () => void = () => undefined;
  #finish: () => void = () => undefined;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.underway = new Promise((resolve) => (this.#begin = resolve));
    this.finished = new Promise((resolve) => (this.#finish = resolve));
    this.#client = member('client', ['launch', `${options.sweep}.yaml`, '--watch']);
    this.#workers = Array.from({ length: options.workers }, (_, i) => member(`worker ${i + 1}`, ['worker']));
    for (const each of [this.#client, ...this.#workers]) this.#start(each);
  }

  get client(): number | null {
    return runningPid(this.#client);
  }

  get workers(): number[] {
    return this.#workers.flatMap((worker) => runningPid(worker) ?? []);
  }

  /** What ends from now on comes back after so long. */
  returnAfter(ms: number): void {
    this.#restartMs = ms;
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    const children = [this.#client, ...this.#workers].flatMap(({ child }) => child ?? []);
    await Promise.all(children.map(endOf));
  }

  #start(one: Member): void {
    if (this.#isOver) return;
    const { folder, variables } = this.#options.ground;
    const child = spawn(process.execPath, [BIN, ...one.words], {
      cwd: folder,
      env: variables,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    one.child = child;
    one.lastLines = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      one.lastLines = [...one.lastLines, line].slice(-LINES_KEPT);
      if (line.includes('"event":"attempt-begun"')) this.#begin();
      this.#options.say(`  ${one.name}: ${line}`);
    });
    child.once('exit', (code, signal) => this.#ended(one, { code, signal }));
  }

  #ended(one: Member, { code, signal }: { code: number | null; signal: NodeJS.Signals | null }): void {
    one.child = null;
    if (this.#isOver) return;
    if (one === this.#client && code === 0) {
      this.#begin();
      this.#finish();
      return;
    }
    if (signal !== 'SIGKILL')
      this.surprises.push(`${one.name} ended (${code ?? signal}): ${one.lastLines.join(' / ')}`);
    setTimeout(() => this.#start(one), signal === 'SIGKILL' ? this.#restartMs : RESTART_MS);
  }
}

function member(name: string, words: string[]): Member {
  return { name, words, child: null, lastLines: [] };
}

function runningPid({ child }: Member): number | null {
  return child === null || child.exitCode !== null || child.signalCode !== null ? null : (child.pid ?? null);
}

const STOP_MS = 20_000;

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(kill);
}
