// The parent's side of a trainer: one child process that trains one trial, or several of one backbone at once, and is
// replaced when it dies.
import { backboneIdentity } from '../sweep/backbone-identity.ts';
import type { Said, TrainRequest } from './messages.ts';
import { countOomKills } from './oom-kills.ts';
import { isEnd, type Running } from './running.ts';
import { silenceLeft, UNMEASURED_MS } from './silence.ts';
import type { TrainEnd, TrainEvent, TrainOptions } from './train-options.ts';
import { TrainerChild, type TrainerSettings } from './trainer-child.ts';
import { OVERDUE } from './trainer-loss.ts';

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

/** Most steps and their checkpoint take less. */
const STOP_MS = 30_000;
const ALIVE_EVERY_MS = 5_000;

export function createTrainer(settings: TrainerSettings = {}): Trainer {
  return new ChildTrainer(settings);
}

class ChildTrainer implements Trainer {
  readonly #settings: TrainerSettings;
  /** The last one, which may be gone. */
  #child: TrainerChild | null = null;
  readonly #running = new Map<number, Running>();
  #rides = 0;

  constructor(settings: TrainerSettings) {
    this.#settings = settings;
  }

  get pid(): number | undefined {
    return this.#child?.isGone === false ? this.#child.pid : undefined;
  }

  get isWorn(): boolean {
    return this.#child?.isWorn ?? false;
  }

  async train(request: TrainRequest, options: TrainOptions): Promise<TrainEnd> {
    const { shrink = 0, trial } = request;
    const backbone = backboneIdentity(trial.backbone);
    const others = [...this.#running.values()];
    // A shrunk trial needs the memory that earlier ones hold, and a shrunk child keeps too little for other trials.
    const isFresh = shrink > 0 || (this.#child?.shrink ?? 0) > 0 || this.isWorn;
    if (others.some((other) => isFresh || other.backbone !== backbone)) {
      throw new Error('Expected the trainer to be free, or to train others of the same backbone, found it training.');
    }
    if (isFresh) void this.#child?.retire();
    const child = this.#child?.isGone === false ? this.#child : this.#start(shrink);
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
      child.tell({ type: 'train', ride, request });
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
    if (!running || running.child.isGone || running.waiting > 0) return;
    if (this.#silenceLeft(running) > 0) running.options.onAlive?.();
  }

  #silenceLeft(running: Running): number {
    return silenceLeft(running, { all: [...this.#running.values()], now: performance.now() });
  }

  #cancel(ride: number): void {
    const running = this.#running.get(ride);
    if (!running || running.hasAnswered || running.child.isGone) return;
    running.child.tell({ type: 'cancel', ride });
    if (running.deadline === undefined) this.#killIn(this.#settings.stopMs ?? STOP_MS, running);
  }

  /** With it go all its other trials: one that only takes long is waited for. */
  #killIn(ms: number, running: Running): void {
    running.deadline = setTimeout(() => {
      const left = this.#settings.stopMs === undefined ? this.#silenceLeft(running) : 0;
      running.isOverdue = left <= 0;
      if (running.isOverdue) running.child.kill();
      else this.#killIn(left, running);
    }, ms);
  }

  close(): Promise<void> {
    return this.#child?.close() ?? Promise.resolve();
  }

  #start(shrink: number): TrainerChild {
    const child: TrainerChild = new TrainerChild({
      ...{ settings: this.#settings, shrink },
      onSaid: (said) => this.#received(child, said),
      onEnd: (how) => this.#died(child, how),
    });
    this.#child = child;
    return child;
  }

  #received(child: TrainerChild, { ride, message }: Said): void {
    const running = this.#running.get(ride);
    if (!running) return;
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
      child.tell({ type: 'received', ride });
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
    const { child } = running;
    if (!child.isGone) {
      const error = message.type === 'failed' ? message.error : undefined;
      if (error?.kind === 'out-of-memory' && error.isRefusal !== true) child.isWorn = true;
      if (child.isWorn && this.#running.size === 1) await child.retire();
    }
    this.#ended(running, message);
  }

  #ended(running: Running, result: TrainEnd): void {
    if (!this.#running.delete(running.ride)) return;
    clearTimeout(running.deadline);
    if ('error' in running) running.fail(running.error);
    else running.end(result);
  }

  #died(child: TrainerChild, how: string): void {
    const aboard = [...this.#running.values()].filter((running) => running.child === child);
    const isOverdue = aboard.some((running) => running.isOverdue);
    for (const running of aboard) {
      const death = { how, killsBefore: running.oomKills, killsAfter: countOomKills() };
      const error = isOverdue ? OVERDUE : child.lossError(death);
      running.queue = running.queue.then(() => this.#ended(running, { type: 'failed', error }));
    }
  }
}
