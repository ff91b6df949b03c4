// A worker process that belongs to a `--watch`: started again when it dies, ended with the command.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../runtime/environment.mjs';
import type { DeviceClass } from '../workflows/queues.ts';

/** What a worker tells the command that started it. */
export type FromWorker = { type: 'ready'; device: DeviceClass } | { type: 'said'; text: string };

export interface OwnWorkerOptions {
  say: (text: string) => void;
  device: 'auto' | DeviceClass;
  /** The worker dies again and again before it is ready. */
  onGivingUp: (error: Error) => void;
}

const BIN = fileURLToPath(new URL('./bin.mjs', import.meta.url));
const MOST_FAILED_STARTS = 3;
const LINES_KEPT = 15;
/** Beyond a worker's usual grace: one that hangs is killed. */
const STOP_MS = 30_000;

export class OwnWorker {
  readonly #options: OwnWorkerOptions;
  #child: ChildProcess | undefined;
  #isStopping = false;
  #failedStarts = 0;
  #lastLines: string[] = [];
  #onReady: (device: DeviceClass) => void = () => undefined;

  constructor(options: OwnWorkerOptions) {
    this.#options = options;
  }

  get isStarted(): boolean {
    return this.#child !== undefined;
  }

  /** Resolves when it asks for work. */
  start(): Promise<DeviceClass> {
    return new Promise((resolve, reject) => {
      this.#onReady = resolve;
      const giveUp = this.#options.onGivingUp;
      this.#launch((error) => {
        reject(error);
        giveUp(error);
      });
    });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.kill('SIGTERM');
    await once(child, 'exit');
    clearTimeout(kill);
  }

  #launch(giveUp: (error: Error) => void): void {
    const { device } = this.#options;
    const child = fork(BIN, ['worker'], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
      env: childEnvironment(device === 'auto' ? {} : { LPT_SWEEP_DEVICE: device }),
    });
    this.#child = child;
    this.#lastLines = [];
    if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => this.#keep(line));
    child.on('message', (message: FromWorker) => this.#heard(message));
    child.on('exit', (code, signal) => this.#ended(signal ?? `exit code ${String(code)}`, giveUp));
  }

  #keep(line: string): void {
    this.#lastLines = [...this.#lastLines, line].slice(-LINES_KEPT);
  }

  #heard(message: FromWorker): void {
    if (message.type === 'said') {
      this.#options.say(message.text);
    } else {
      this.#failedStarts = 0;
      this.#onReady(message.device);
    }
  }

  #ended(how: string, giveUp: (error: Error) => void): void {
    if (this.#isStopping) return;
    this.#failedStarts += 1;
    if (this.#failedStarts >= MOST_FAILED_STARTS) {
      giveUp(new Error(`The worker does not start (${how}). It last said:\n${this.#lastLines.join('\n')}`));
      return;
    }
    this.#options.say(`The worker ended (${how}): starting it again. Its trial goes on from the last checkpoint.`);
    this.#launch(giveUp);
  }
}
