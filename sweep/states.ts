// Pure: the states of trials, sweeps and attempts.

/** `stopped-early`: a stopping rule ended it; it has dev scores, no test score, and is in no average. */
export const TRIAL_STATES = [
  'waiting',
  'running',
  'complete',
  'failed',
  'cancelled',
  'paused',
  'stopped-early',
] as const;
export type TrialState = (typeof TRIAL_STATES)[number];

export const SWEEP_STATES = ['waiting', 'running', 'complete', 'failed', 'cancelled', 'paused'] as const;
export type SweepState = (typeof SWEEP_STATES)[number];
/** Of a sweep that is not over, and not held: its workflow runs, or is about to. */
export const OPEN_STATES = ['waiting', 'running'] as const satisfies readonly SweepState[];

export function isOpen({ state }: { state: SweepState }): boolean {
  return OPEN_STATES.some((open) => open === state);
}

/** `paused`: it wrote its checkpoint and yielded. */
export const ATTEMPT_STATES = [
  'running',
  'complete',
  'failed',
  'cancelled',
  'paused',
  'stopped-early',
  'superseded',
] as const;
export type AttemptState = (typeof ATTEMPT_STATES)[number];
