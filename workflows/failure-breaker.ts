// Deterministic: counts failures in a row of the same kind, and trips before they burn a night.
import { patched } from '@temporalio/workflow';
import type { FailureStreak, TrialResult } from './messages.ts';

export class FailureBreaker {
  readonly #limit: number;
  #streak: FailureStreak | null;
  #isTripped = false;

  /** @param limit 0 never trips */
  constructor(limit: number, streak: FailureStreak | null) {
    this.#limit = limit;
    this.#streak = streak;
  }

  get streak(): FailureStreak | null {
    return this.#streak;
  }

  /** Once true nothing new shall be started, whatever becomes of what still runs. */
  get isTripped(): boolean {
    return this.#isTripped;
  }

  /** @returns the streak where this result makes it trip; a trial that was cancelled or not run says nothing */
  hear({ state, kind }: TrialResult): FailureStreak | null {
    if (state === 'complete' || isHealthyStop(state)) this.#streak = null;
    if (state !== 'failed' || kind === undefined) return null;
    const trials = this.#streak?.kind === kind ? this.#streak.trials + 1 : 1;
    this.#streak = { kind, trials };
    if (this.#isTripped || this.#limit === 0 || trials < this.#limit) return null;
    this.#isTripped = true;
    return this.#streak;
  }

  /** A person has put things right, or says so. */
  reset(): void {
    this.#streak = null;
    this.#isTripped = false;
  }
}

/** A rule stopped it for its scores: it trained well until then. */
function isHealthyStop(state: TrialResult['state']): boolean {
  return state === 'stopped-early' && patched('stopped-early-ends-streak');
}
