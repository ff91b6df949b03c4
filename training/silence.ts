// How long a trainer may say nothing before it is taken to hang: nothing is heard of it, by any of its trials, while it does a
// piece of work, be it a step, a batch that is scored, or a chunk of hidden states.
import type { Phase } from './messages.ts';

/** Of the longest that it has said nothing: pieces of work differ, and so does what else its machine does. */
const TIMES = 4;
const LEAST_MS = 20_000;
/** At a piece of work that may take far longer than any before it. */
export const UNMEASURED_MS = 120_000;

/** One per trainer process: while it works for one trial, none of them can send. */
export class SilenceMeter {
  #longestMs = 0;
  #since = 0;

  /** A trial has been heard, and goes on. */
  begins(at: number): void {
    this.#since = at;
  }

  /** A trial speaks again. */
  ends(at: number): void {
    this.#longestMs = Math.max(this.#longestMs, at - this.#since);
    this.#since = at;
  }

  /**
   * Milliseconds that nothing need be heard while a trial is at work on a phase. Only its steps are alike: what a batch to be scored
   * takes is not seen on those before it, whose hidden states were found kept.
   */
  most({ phase, hasStepped }: { phase: Phase; hasStepped: boolean }): number {
    const least = phase === 'training' && hasStepped ? LEAST_MS : UNMEASURED_MS;
    return Math.max(least, TIMES * this.#longestMs);
  }
}

export interface Heard {
  /** When something was last heard of a trial, in milliseconds of `performance.now()`. */
  heardAt: number;
  /** How long nothing need be heard of its trainer, as far as this trial is concerned. */
  silenceMs: number;
}

export interface Aboard {
  /** All trials of the trainer, this one included: one that moves for another is alive. */
  all: readonly Heard[];
  now: number;
}

/** Milliseconds that nothing need be heard any more; none are left of a trainer that hangs, or of a trial that is forgotten among others. */
export function silenceLeft(one: Heard, { all, now }: Aboard): number {
  // While it works for one trial it is silent about all.
  const most = Math.max(...all.map(({ silenceMs }) => silenceMs));
  const lastHeard = Math.max(...all.map(({ heardAt }) => heardAt));
  // Each of the others may take that long before it is this one's turn.
  return Math.min(lastHeard + most, one.heardAt + most * all.length) - now;
}
