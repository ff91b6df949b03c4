// Where the trials of one trainer meet: whoever is ready for a step goes with all others that are. A trial that is alone takes
// its own step, with the very bits that it has in a trainer of its own.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Backbone } from '../lpt/backbone.ts';
import { fitting } from './joint-memory.ts';
import { jointStep, type JointPart, type Stepped } from './joint-step.ts';
import type { MetricPoint } from './messages.ts';

/** A step that a trial is ready for. */
export interface ReadyStep {
  /** Null: it cannot be taken with others. */
  together: { backbone: Backbone; bytes: number; part: () => JointPart; done: (part: JointPart) => void } | null;
  alone: () => Promise<MetricPoint[]>;
}

export interface TakenStep {
  points: MetricPoint[];
  /** Its share of the time where several trials took it. */
  ms: number;
  /** How many trials took it at once. */
  trials: number;
}

export interface SharedStepsSettings {
  now: () => number;
  /** Bytes that steps may need at one time. */
  free: () => number;
}

type Together = NonNullable<ReadyStep['together']>;

interface Waiting extends Pick<Together, 'bytes'> {
  together: Together;
  alone: () => Promise<MetricPoint[]>;
  resolve: (taken: TakenStep | Promise<TakenStep>) => void;
  reject: (error: unknown) => void;
}

export class SharedSteps {
  readonly #settings: SharedStepsSettings;
  #waiting: Waiting[] = [];
  #isLeaving = false;

  constructor(settings: SharedStepsSettings) {
    this.#settings = settings;
  }

  /** @throws what ends this trial alone: others never hear of it */
  take({ together, alone }: ReadyStep): Promise<TakenStep> {
    if (together === null) return this.#alone(alone);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ together, bytes: together.bytes, alone, resolve, reject });
      if (!this.#isLeaving) void this.#leave();
    });
  }

  /** Waits for as long as each turn of the event loop brings another trial. */
  async #leave(): Promise<void> {
    this.#isLeaving = true;
    for (let seen = 0; seen < this.#waiting.length;) {
      seen = this.#waiting.length;
      await nextTurn();
    }
    while (this.#waiting.length > 0) {
      const aboard = fitting(this.#waiting, this.#settings.free());
      this.#waiting = this.#waiting.slice(aboard.length);
      await this.#go(aboard);
    }
    this.#isLeaving = false;
  }

  async #go(aboard: readonly Waiting[]): Promise<void> {
    const stepped = aboard.length > 1 ? await this.#together(aboard) : null;
    for (const [index, { alone, resolve, reject }] of aboard.entries()) {
      const taken = stepped?.[index];
      if (taken === undefined) await this.#alone(alone).then(resolve, reject);
      else if ('error' in taken) reject(taken.error);
      else resolve(taken);
    }
  }

  /** Null where the shared pass failed, before anyone moved: each then tries alone, and only whose fault it is fails. */
  async #together(aboard: readonly Waiting[]): Promise<(TakenStep | { error: unknown })[] | null> {
    const started = this.#settings.now();
    const parts = aboard.map(({ together }) => ready(together));
    try {
      const whole = parts.flatMap((part) => ('error' in part ? [] : part));
      const [backbone] = aboard.map(({ together }) => together.backbone);
      if (!backbone) return null;
      const stepped = await jointStep(backbone, whole).catch(() => null);
      if (stepped === null) return null;
      const ms = (this.#settings.now() - started) / whole.length;
      const taken = stepped.map((one: Stepped) => ('error' in one ? one : { ...one, ms, trials: whole.length }));
      return parts.map((part) => ('error' in part ? part : (taken.shift() ?? { error: NO_ANSWER })));
    } finally {
      parts.forEach((part, index) => ('error' in part ? undefined : aboard[index]?.together.done(part)));
    }
  }

  async #alone(alone: () => Promise<MetricPoint[]>): Promise<TakenStep> {
    const started = this.#settings.now();
    const points = await alone();
    return { points, ms: this.#settings.now() - started, trials: 1 };
  }
}

const NO_ANSWER = new Error('Expected an answer for each trial of a joint step, found one too few.');

function ready({ part }: Together): JointPart | { error: unknown } {
  try {
    return part();
  } catch (error) {
    return { error };
  }
}
