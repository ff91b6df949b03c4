// What a training activity tells Temporal of itself. A heartbeat is fresh progress, or a piece of work that takes no longer than one
// may: a trainer that hangs must be seen to hang.
import type { Context } from '@temporalio/activity';
import type { Phase } from '../training/messages.ts';
import type { TrainEvent } from '../training/train-options.ts';

export interface HeartbeatDetails {
  /** `preparing`: the backbone is being found; `saving`: the database is being waited for. */
  phase: Phase | 'preparing' | 'saving';
  step: number;
  steps: number;
}

export class Heartbeat {
  readonly #context: Context;
  #details: HeartbeatDetails = { phase: 'preparing', step: 0, steps: 0 };
  #tick = -1;

  constructor(context: Context) {
    this.#context = context;
  }

  hear(event: TrainEvent): void {
    if (event.type === 'ready') this.during('preparing');
    if (event.type !== 'progress' || event.progress.tick <= this.#tick) return;
    const { tick, phase, step, steps } = event.progress;
    this.#tick = tick;
    this.#beat({ phase, step, steps });
  }

  /** The trainer is at work, and nothing new is to be heard of it yet. */
  goOn(): void {
    this.#beat(this.#details);
  }

  /** Progress that is not the trainer's: a piece of a download, one more try of a write. */
  during(phase: 'preparing' | 'saving'): void {
    this.#beat({ ...this.#details, phase });
  }

  #beat(details: HeartbeatDetails): void {
    this.#details = details;
    this.#context.heartbeat(details);
  }
}
