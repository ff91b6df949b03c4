// What happens on a worker, as data: logs, metrics and traces are made of it. No text of a data set, no settings, no secret.
import type { ErrorKind } from '../sweep/error-kinds.ts';
import type { TrialState } from '../sweep/states.ts';
import type { TrainEvent } from '../training/train-options.ts';

export interface AttemptName {
  sweep: string;
  /** `demo/3`. */
  trial: string;
  trialId: string;
  attempt: number;
}

/**
 * How an attempt ended. `stopped`: a person wished it; whether to pause or to cancel the trial says `trial-settled`.
 * `stopped-early`: a stopping rule did. `yielded`: the worker stops, the trial goes on elsewhere.
 */
export type AttemptEnd = 'complete' | 'failed' | 'stopped' | 'stopped-early' | 'yielded';

export type Happening =
  | { type: 'attempt-begun'; of: AttemptName; resumedFromStep: number | null }
  | { type: 'trainer-said'; of: AttemptName; event: TrainEvent }
  | { type: 'checkpoint-saved'; of: AttemptName; step: number; bytes: number; ms: number }
  | { type: 'write-refused'; of: AttemptName; message: string }
  /** What a person sees of it is final: no further attempt, unless it is resumed or continued. */
  | { type: 'trial-settled'; trialId: string; state: 'failed' | 'cancelled' | 'paused' | 'stopped-early' }
  | { type: 'trainer-started'; pid: number }
  | { type: 'trainer-died'; pid: number; how: string }
  | { type: 'trainer-retired'; pid: number }
  | { type: 'database-away' }
  | { type: 'database-back'; tries: number }
  | { type: 'hub-away'; message: string }
  | { type: 'hub-back'; tries: number }
  | {
      type: 'attempt-ended';
      of: AttemptName;
      end: AttemptEnd;
      ms: number;
      /** Why, unless it is complete. */
      kind?: ErrorKind;
      message?: string;
    };

/** Whoever wrote down that a trial stopped says so, and nobody else. How it fails or completes is said elsewhere. */
export function saySettled(observe: Observe, trialId: string, state: TrialState): void {
  if (state === 'cancelled' || state === 'paused' || state === 'stopped-early')
    observe({ type: 'trial-settled', trialId, state });
}

/** Must not throw: whoever looks on cannot stop a trial. */
export type Observe = (happening: Happening) => void;
