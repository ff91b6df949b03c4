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
  /** Awaited while it waits, after each step of others; what it throws ends the waiting. */
  beat: () => Promise<void>;
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
  /** Takes a sentence for people: why trials no longer go together. */
  say: (text: string) => void;
}

type Together = NonNullable<ReadyStep['together']>;

interface Waiting extends Pick<Together, 'bytes'>, Omit<ReadyStep, 'together'> {
  together: Together;
  resolve: (taken: TakenStep | Promise<TakenStep>) => void;
  reject: (error: unknown) => void;
}

export class SharedSteps {
  readonly #settings: SharedStepsSettings;
  /** All that have not yet taken their step, in order. */
  readonly #waiting = new Set<Waiting>();
  #isLeaving = false;
  /** Trials that go together. */
  #most = Number.POSITIVE_INFINITY;

  constructor(settings: SharedStepsSettings) {
    this.#settings = settings;
  }

  /** @throws what ends this trial alone: others never hear of it */
  take({ together, ...ready }: ReadyStep): Promise<TakenStep> {
    if (together === null) return this.#alone(ready);
    return new Promise((resolve, reject) => {
      this.#waiting.add({ together, bytes: together.bytes, ...ready, resolve, reject });
      if (!this.#isLeaving) void this.#leave();
    });
  }

  /** Waits for as long as each turn of the event loop brings another trial. */
  async #leave(): Promise<void> {
    this.#isLeaving = true;
    for (let seen = 0; seen < this.#waiting.size;) {
      seen = this.#waiting.size;
      await nextTurn();
    }
    while (this.#waiting.size > 0) {
      await this.#go(fitting([...this.#waiting], this.#settings.free()).slice(0, this.#most));
    }
    this.#isLeaving = false;
  }

  async #go(aboard: readonly Waiting[]): Promise<void> {
    if (aboard.length === 1) {
      await this.#oneByOne(aboard);
      return;
    }
    const stepped = await this.#together(aboard).catch((error: unknown) => this.#apart(aboard, error));
    for (const [index, taken] of (stepped ?? []).entries()) {
      const one = aboard[index];
      if (one === undefined) continue;
      this.#waiting.delete(one);
      if ('error' in taken) one.reject(taken.error);
      else one.resolve(taken);
    }
    await this.#tellWaiting();
  }

  /** Where each can step alone the pass is what cannot be done; where one cannot it ends with that, and the others go on together. */
  async #apart(aboard: readonly Waiting[], error: unknown): Promise<void> {
    if ((await this.#oneByOne(aboard)) > 0) return;
    this.#most = Math.floor(aboard.length / 2);
    const together = this.#most === 1 ? 'each alone' : `${this.#most} together at most`;
    const reason = error instanceof Error ? error.message : String(error);
    this.#settings.say(
      `${aboard.length} trials could not take a step together; from now on it is ${together}: ${reason}`,
    );
  }

  /** @returns how many of them failed */
  async #oneByOne(aboard: readonly Waiting[]): Promise<number> {
    let failed = 0;
    for (const one of aboard) {
      if (!this.#waiting.delete(one)) continue;
      await this.#alone(one).then(one.resolve, (error: unknown) => {
        failed += 1;
        one.reject(error);
      });
      await this.#tellWaiting();
    }
    return failed;
  }

  /** Steps follow one another without a turn of the event loop: until then nobody is heard, and nobody hears that it shall stop. */
  async #tellWaiting(): Promise<void> {
    const beat = (one: Waiting): Promise<void> =>
      one.beat().catch((error: unknown) => {
        this.#waiting.delete(one);
        one.reject(error);
      });
    await Promise.all([...this.#waiting].map(beat));
  }

  /** @throws where the shared pass failed, before anyone moved */
  async #together(aboard: readonly Waiting[]): Promise<(TakenStep | { error: unknown })[]> {
    const started = this.#settings.now();
    const parts = aboard.map(({ together }) => ready(together));
    try {
      const whole = parts.flatMap((part) => ('error' in part ? [] : part));
      const [first] = aboard;
      const stepped = first === undefined ? [] : await jointStep(first.together.backbone, whole);
      const ms = (this.#settings.now() - started) / whole.length;
      const taken = stepped.map((one: Stepped) => ('error' in one ? one : { ...one, ms, trials: whole.length }));
      return parts.map((part) => ('error' in part ? part : (taken.shift() ?? { error: NO_ANSWER })));
    } finally {
      parts.forEach((part, index) => ('error' in part ? undefined : aboard[index]?.together.done(part)));
    }
  }

  async #alone({ alone }: Pick<ReadyStep, 'alone'>): Promise<TakenStep> {
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
