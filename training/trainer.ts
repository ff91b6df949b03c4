// The parent's side of a trainer: one child process that trains one trial, or several of one backbone at once, and is
// replaced when it dies.
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { backboneIdentity } from '../sweep/backbone-identity.ts';
import type { DiskSettings, Said, TrainRequest } from './messages.ts';
import { countOomKills } from './oom-kills.ts';
import { isEnd, tell, type Running } from './running.ts';
import { silenceLeft, UNMEASURED_MS } from './silence.ts';
import { startTensorflowChild } from './tensorflow-child.ts';
import type { TrainEnd, TrainEvent, TrainOptions } from './train-options.ts';
import { lossError, OVERDUE } from './trainer-loss.ts';
import type { TrainerProcessSettings } from './trainer-process.ts';

export interface TrainerSettings {
  /** TensorFlow's threads; its own choice where absent. */
  threads?: number;
  /** Whole environment of the child; this process's own where absent. */
  env?: Record<string, string | undefined>;
  /** Memory for hidden states, in MiB. */
  hiddenStatesMiB?: number;
  /** All memory that the child may use, in MiB: what needs more is refused. Absent: nothing is. */
  memoryMiB?: number;
  /** Where more of them are kept; nowhere if absent. */
  hiddenStatesDisk?: DiskSettings;
  /** Takes the lines that the child writes to standard error. */
  say?: (line: string) => void;
  onStart?: (pid: number) => void;
  /** The child ended without being told to. */
  onDeath?: (pid: number, how: string) => void;
  /** The child is ended so that a new one takes its place: nothing more is heard of it. */
  onRetire?: (pid: number) => void;
  /** Milliseconds that a trainer has to stop when it is told to; then it is killed. Absent: 30 s, and as long as it does not hang. */
  stopMs?: number;
}

export interface Trainer {
  /**
   * Resolves however the trial ends, also when the child dies. Rejects with the error of `onEvent`, if it threw. May be
   * called while others of the same backbone train, none of them shrunk: their steps are then taken together where they can.
   */
  train(request: TrainRequest, options: TrainOptions): Promise<TrainEnd>;
  /** Ends the child. What it keeps on disk is whole at any moment, so nothing is lost but a trial that still runs. */
  close(): Promise<void>;
  /** Process id of the child, once there is one. */
  readonly pid: number | undefined;
  /** Memory ran out in its child: it takes no new trial while it still has others. */
  readonly isWorn: boolean;
}

/** With BERT-base, TensorFlow and a step's own tensors a trainer then stays below 2.5 GiB. */
const DEFAULT_HIDDEN_STATES_MIB = 512;
const STDERR_LINES_KEPT = 20;
/** What a dying process prints after its reason: so many of them that the reason would not be kept. */
const NATIVE_FRAME = /^ *\d+: 0x/;
/** Most steps and their checkpoint take less. */
const STOP_MS = 30_000;
const ALIVE_EVERY_MS = 5_000;
const ENTRY = fileURLToPath(new URL('./trainer-process.ts', import.meta.url));

export function createTrainer(settings: TrainerSettings = {}): Trainer {
  return new ChildTrainer(settings);
}

class ChildTrainer implements Trainer {
  readonly #settings: TrainerSettings;
  #child: ChildProcess | null = null;
  /** The child's. */
  #shrink = 0;
  readonly #running = new Map<number, Running>();
  #rides = 0;
  /** Until a new child starts, so also while this one is ended. */
  #isWorn = false;
  #lastLines: string[] = [];
  #isClosing = false;

  constructor(settings: TrainerSettings) {
    this.#settings = settings;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isWorn(): boolean {
    return this.#isWorn;
  }

  async train(request: TrainRequest, options: TrainOptions): Promise<TrainEnd> {
    const { shrink = 0, trial } = request;
    const backbone = backboneIdentity(trial.backbone);
    const others = [...this.#running.values()];
    // A shrunk trial needs the memory that earlier ones hold, and a shrunk child keeps too little for other trials.
    const isFresh = shrink > 0 || this.#shrink > 0 || this.#isWorn;
    if (others.some((other) => isFresh || other.backbone !== backbone)) {
      throw new Error('Expected the trainer to be free, or to train others of the same backbone, found it training.');
    }
    if (isFresh) void this.#retire();
    const child = (this.#child ??= this.#start(shrink));
    const ride = (this.#rides += 1);
    const cancel = (): void => this.#cancel(ride);
    options.signal?.addEventListener('abort', cancel, { once: true });
    const ended = new Promise<TrainEnd>((end, fail) => {
      this.#running.set(ride, {
        ...{ ride, child, backbone, options },
        ...{ oomKills: countOomKills(), heardAt: performance.now(), silenceMs: UNMEASURED_MS },
        ...{ queue: Promise.resolve(), waiting: 0 },
        end,
        fail,
      });
      tell(child, { type: 'train', ride, request });
      if (options.signal?.aborted === true) cancel();
    });
    const alive = setInterval(() => this.#tellAlive(ride), ALIVE_EVERY_MS);
    return ended.finally(() => {
      clearInterval(alive);
      options.signal?.removeEventListener('abort', cancel);
    });
  }

  #tellAlive(ride: number): void {
    const running = this.#running.get(ride);
    if (!running || running.child !== this.#child || running.waiting > 0) return;
    if (this.#silenceLeft(running) > 0) running.options.onAlive?.();
  }

  #silenceLeft(running: Running): number {
    return silenceLeft(running, { all: [...this.#running.values()], now: performance.now() });
  }

  #cancel(ride: number): void {
    const running = this.#running.get(ride);
    if (!running || running.hasAnswered || running.child !== this.#child) return;
    tell(running.child, { type: 'cancel', ride });
    if (running.deadline === undefined) this.#killIn(this.#settings.stopMs ?? STOP_MS, running);
  }

  /** With it go all its other trials: one that only takes long is waited for. */
  #killIn(ms: number, running: Running): void {
    running.deadline = setTimeout(() => {
      const left = this.#settings.stopMs === undefined ? this.#silenceLeft(running) : 0;
      running.isOverdue = left <= 0;
      if (running.isOverdue) running.child.kill('SIGKILL');
      else this.#killIn(left, running);
    }, ms);
  }

  close(): Promise<void> {
    const child = this.#child;
    this.#isClosing = true;
    // One that has just exited is known here until its pipes are empty, and will not exit again.
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  }

  /** Ends the child without a word to the trial. */
  #retire(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child) return Promise.resolve();
    if (child.pid !== undefined) this.#settings.onRetire?.(child.pid);
    return new Promise((resolve) => {
      child.once('close', () => resolve());
      child.kill('SIGKILL');
    });
  }

  #start(shrink: number): ChildProcess {
    const { threads, env, memoryMiB, hiddenStatesMiB = DEFAULT_HIDDEN_STATES_MIB, hiddenStatesDisk } = this.#settings;
    const argument: TrainerProcessSettings = {
      hiddenStatesMiB: hiddenStatesMiB / 2 ** shrink,
      ...(hiddenStatesDisk === undefined ? {} : { hiddenStatesDisk }),
      ...(threads === undefined ? {} : { threads }),
      ...(memoryMiB === undefined ? {} : { memoryMiB }),
    };
    this.#isWorn = false;
    this.#lastLines = [];
    this.#shrink = shrink;
    this.#isClosing = false;
    const onLine = (line: string): void => this.#heard(line);
    const child = startTensorflowChild({ entry: ENTRY, words: [JSON.stringify(argument)], env, onLine });
    child.on('message', (said: Said) => this.#received(child, said));
    if (child.pid !== undefined) this.#settings.onStart?.(child.pid);
    child.on('error', (error) => this.#died(child, error.message));
    child.on('close', (code, signal) => this.#died(child, signal ?? `exit code ${String(code)}`));
    return child;
  }

  #heard(line: string): void {
    if (!NATIVE_FRAME.test(line)) this.#lastLines = [...this.#lastLines, line].slice(-STDERR_LINES_KEPT);
    this.#settings.say?.(line);
  }

  #received(child: ChildProcess, { ride, message }: Said): void {
    const running = this.#running.get(ride);
    if (!running || child !== this.#child) return;
    running.heardAt = performance.now();
    running.waiting += 1;
    if (message.type === 'progress') running.silenceMs = message.progress.silenceMs;
    if (isEnd(message)) {
      running.hasAnswered = true;
      clearTimeout(running.deadline);
    }
    running.queue = running.queue.then(async () => {
      if (isEnd(message)) await this.#endedBy(running, message);
      else await this.#dealWith(running, message);
      running.waiting -= 1;
      tell(child, { type: 'received', ride });
    });
  }

  async #dealWith(running: Running, event: TrainEvent): Promise<void> {
    if ('error' in running) return;
    try {
      await running.options.onEvent(event);
    } catch (error) {
      running.error = error;
      this.#cancel(running.ride);
    }
  }

  /** Memory that ran out is in pieces: the next trial gets a new child, and this one's memory is given back first. Of one that was refused none did. */
  async #endedBy(running: Running, message: TrainEnd): Promise<void> {
    if (running.child === this.#child) {
      const error = message.type === 'failed' ? message.error : undefined;
      if (error?.kind === 'out-of-memory' && error.isRefusal !== true) this.#isWorn = true;
      if (this.#isWorn && this.#running.size === 1) await this.#retire();
    }
    this.#ended(running, message);
  }

  #ended(running: Running, result: TrainEnd): void {
    if (!this.#running.delete(running.ride)) return;
    clearTimeout(running.deadline);
    if ('error' in running) running.fail(running.error);
    else running.end(result);
  }

  #died(child: ChildProcess, how: string): void {
    if (child !== this.#child) return;
    this.#child = null;
    if (child.pid !== undefined && !this.#isClosing) this.#settings.onDeath?.(child.pid, how);
    const aboard = [...this.#running.values()].filter((running) => running.child === child);
    const isOverdue = aboard.some((running) => running.isOverdue);
    for (const running of aboard) {
      const death = { how, killsBefore: running.oomKills, killsAfter: countOomKills() };
      const error = isOverdue ? OVERDUE : lossError(death, this.#lastLines);
      running.queue = running.queue.then(() => this.#ended(running, { type: 'failed', error }));
    }
  }
}
