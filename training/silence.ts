// How long a trainer may say nothing before it is taken to hang: nothing is heard of it while it takes a step.

/** Of the longest step it has taken: batches differ, and so does what else its machine does. */
const TIMES = 4;
const LEAST_MS = 20_000;
/** Before its first step. */
const UNMEASURED_MS = 120_000;

/** When something was last heard of a trial, in milliseconds of `performance.now()`. */
export interface Heard {
  heardAt: number;
}

export interface Aboard {
  /** All trials of the trainer, this one included: one that moves for another is alive. */
  all: readonly Heard[];
  longestStepMs: number | undefined;
  now: number;
}

/** Milliseconds that nothing need be heard any more; none are left of a trainer that hangs, or of a trial that is forgotten among others. */
export function silenceLeft(one: Heard, { all, longestStepMs, now }: Aboard): number {
  const most = longestStepMs === undefined ? UNMEASURED_MS : Math.max(LEAST_MS, TIMES * longestStepMs);
  const lastHeard = Math.max(...all.map(({ heardAt }) => heardAt));
  // Each of the others may take such a step before it is this one's turn.
  return Math.min(lastHeard + most, one.heardAt + most * all.length) - now;
}
