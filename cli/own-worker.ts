// A worker process that belongs to a `--watch`: started again when it dies, ended with the command.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../runtime/environment.mjs';
import type { DeviceClass } from '../workflows/queues.ts';
import { assertGoesOn, Interrupted } from './interruption.ts';
import { Restarts } from './restarts.ts';

/** What a worker tells the command that started it. */
export type FromWorker = { type: 'ready'; device: DeviceClass } | { type: 'said'; text: string };

export interface OwnWorkerOptions {
  say: (text: string) => void;
  device: 'auto' | DeviceClass;
  /** Aborted where a person ends the command: the worker hears of it by itself, and is not started again. */
  signal: AbortSignal;
  /** The worker dies again and again before it is ready. */
  onGivingUp: (error: Error) => void;
  restarts?: Restarts;
  /** What is started; this program where absent. */
  program?: string;
}

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const BIN = fileURLToPath(new URL('./bin.mjs', import.meta.url));
const LINES_KEPT = 15;
/** Beyond a worker's usual grace: one that hangs is killed. */
const STOP_MS = 30_000;

export class OwnWorker {
  readonly #options: OwnWorkerOptions;
  readonly #restarts: Restarts;
  #child: ChildProcess | undefined;
  #isStopping = false;
  #pause: NodeJS.Timeout | undefined;
  #lastLines: string[] = [];
  #onReady: (device: DeviceClass) => void = () => undefined;

  constructor(options: OwnWorkerOptions) {
    this.#options = options;
    this.#restarts = options.restarts ?? new Restarts();
  }

  get isStarted(): boolean {
    return this.#child !== undefined;
  }

  /** Resolves when it asks for work. @throws Interrupted */
  async start(): Promise<DeviceClass> {
    const { signal, onGivingUp: giveUp } = this.#options;
    assertGoesOn(signal);
    return new Promise((resolve, reject) => {
      this.#onReady = resolve;
      signal.addEventListener('abort', () => reject(new Interrupted('Interrupted while its worker was starting.')));
      this.#launch((error) => {
        reject(error);
        giveUp(error);
      });
    });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#pause);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.kill('SIGTERM');
    await once(child, 'exit');
    clearTimeout(kill);
  }

  #launch(giveUp: (error: Error) => void): void {
    const { device, program = BIN } = this.#options;
    const child = fork(program, ['worker'], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
      env: childEnvironment(device === 'auto' ? {} : { LPT_SWEEP_DEVICE: device }),
    });
    this.#child = child;
    this.#lastLines = [];
    if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => this.#keep(line));
    child.on('message', (message: FromWorker) => this.#heard(message));
    child.on('exit', (code, signal) => this.#ended({ code, signal }, giveUp));
  }

  #keep(line: string): void {
    this.#lastLines = [...this.#lastLines, line].slice(-LINES_KEPT);
  }

  #heard(message: FromWorker): void {
    if (message.type === 'said') {
      this.#options.say(message.text);
    } else {
      this.#restarts.ready();
      this.#onReady(message.device);
    }
  }

  #ended({ code, signal }: Ended, giveUp: (error: Error) => void): void {
    if (this.#isStopping || this.#options.signal.aborted) return;
    const how = signal ?? `exit code ${String(code)}`;
    const pauseMs = this.#restarts.after(signal);
    if (pauseMs === null) {
      giveUp(new Error(`The worker does not start (${how}). It last said:\n${this.#lastLines.join('\n')}`));
      return;
    }
    this.#options.say(
      `The worker ended (${how}): it is started again, and its trial goes on from the last checkpoint.`,
    );
    this.#pause = setTimeout(() => this.#launch(giveUp), pauseMs);
  }
}
