// A trial's contact with the world between two pieces of work: messages out, cancellation in.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FromTrainer, MetricPoint, Phase } from './messages.ts';

/** Thrown at a step boundary of a trial that was asked to stop. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

export interface PulseSettings {
  /** Resolves once the message may be followed by another. */
  send: (message: FromTrainer) => Promise<void>;
  cancelled: () => boolean;
  /** Milliseconds, from anywhere. */
  now: () => number;
  steps: number;
}

const PROGRESS_EVERY_MS = 250;
const METRICS_AT_ONCE = 100;

export class Pulse {
  readonly #settings: PulseSettings;
  #tick = 0;
  #lastSent = Number.NEGATIVE_INFINITY;
  #lastPhase: Phase | null = null;
  #points: MetricPoint[] = [];

  constructor(settings: PulseSettings) {
    this.#settings = settings;
  }

  /**
   * Call between any two pieces of work: lets waiting messages in, and says how far the trial is.
   * @throws Cancelled
   */
  async beat(phase: Phase, step: number): Promise<void> {
    const { steps, cancelled, now, send } = this.#settings;
    await nextTurn();
    if (cancelled()) throw new Cancelled();
    if (phase === this.#lastPhase && now() - this.#lastSent < PROGRESS_EVERY_MS) return;
    this.#lastPhase = phase;
    this.#lastSent = now();
    await send({ type: 'progress', progress: { phase, step, steps, tick: ++this.#tick } });
  }

  async metrics(points: MetricPoint[]): Promise<void> {
    this.#points.push(...points);
    if (this.#points.length >= METRICS_AT_ONCE) await this.flush();
  }

  async send(message: FromTrainer): Promise<void> {
    await this.flush();
    await this.#settings.send(message);
  }

  async flush(): Promise<void> {
    const points = this.#points;
    this.#points = [];
    if (points.length > 0) await this.#settings.send({ type: 'metrics', points });
  }
}
