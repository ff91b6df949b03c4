// A trainer at the seam of the process boundary: it says what it is told to say, so that trouble can be made on purpose.
import { setTimeout as nextMoment } from 'node:timers/promises';
import type { TrainRequest } from '../../training/messages.ts';
import type { TrainEnd, TrainEvent, TrainOptions } from '../../training/train-options.ts';
import type { Trainer } from '../../training/trainer.ts';

export interface Script {
  events?: TrainEvent[];
  /** What `train` ends with; `hang` makes progress without end until it is cancelled, a promise until it is resolved. */
  end: TrainEnd | 'hang' | Promise<TrainEnd>;
}

export class ScriptedTrainer implements Trainer {
  readonly pid = undefined;
  isWorn = false;
  readonly requests: TrainRequest[] = [];
  cancels = 0;
  readonly #scriptOf: (request: TrainRequest) => Script;

  constructor(script: Script | ((request: TrainRequest) => Script)) {
    this.#scriptOf = typeof script === 'function' ? script : () => script;
  }

  async train(request: TrainRequest, { onEvent, signal }: TrainOptions): Promise<TrainEnd> {
    this.requests.push(request);
    signal?.addEventListener('abort', () => (this.cancels += 1), { once: true });
    const { events = [], end } = this.#scriptOf(request);
    for (const event of events) {
      // Told to stop, it writes the checkpoint that is due, and nothing more.
      if (signal?.aborted && event.type !== 'checkpoint') break;
      await onEvent(event);
    }
    const isHeld = end instanceof Promise;
    if (end !== 'hang' && !isHeld) return signal?.aborted ? { type: 'cancelled', step: lastStepOf(events) } : end;
    let ended: TrainEnd | undefined;
    if (isHeld) void end.then((found) => (ended = found));
    for (let tick = 1000; signal?.aborted !== true; tick += 1) {
      if (ended !== undefined) return ended;
      await onEvent(progressEvent(tick, 1));
      await nextMoment(20);
    }
    return { type: 'cancelled', step: 1 };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function lastStepOf(events: readonly TrainEvent[]): number {
  return events.reduce((step, event) => (event.type === 'checkpoint' ? event.step : step), 0);
}

export function devEvent(step: number, score: number): TrainEvent {
  const evaluation = { step, split: 'dev', metric: 'accuracy', score, loss: 0.5, examples: 100 } as const;
  return { type: 'evaluation', evaluation };
}

export function progressEvent(tick: number, step: number): TrainEvent {
  return { type: 'progress', progress: { phase: 'training', step, steps: 40, tick, silenceMs: 20_000 } };
}

export function checkpointEvent(step: number, byte: number): TrainEvent {
  return { type: 'checkpoint', step, bytes: new Uint8Array([byte]) };
}
