// Pure: what every stopping rule sees, and what it answers. Dev scores only: test takes no part in any decision.

export const STOPPING_RULES = ['median', 'asha', 'paired'] as const;
export type StoppingRule = (typeof STOPPING_RULES)[number];

interface Grace {
  /** Share of a trial's steps before which no rule stops it. */
  gracePeriod: number;
}

export interface MedianSettings extends Grace {
  rule: 'median';
  /** Trials of the same seeds that must have come as far before one is held against them. */
  leastTrials: number;
}

export interface AshaSettings extends Grace {
  rule: 'asha';
  leastTrials: number;
  /** One of so many goes on from each rung, and the rungs are so many times as far apart. */
  reduction: number;
}

export interface PairedSettings extends Grace {
  rule: 'paired';
  /** Seeds on which both configurations must have come as far. */
  leastSeeds: number;
  /** Below which the difference is held to be more than chance. */
  p: number;
}

export type Stopping = MedianSettings | AshaSettings | PairedSettings;

/** A trial by one of its steps. */
export interface Standing {
  /** In its sweep. */
  position: number;
  configuration: string;
  dataSeed: number;
  trainSeed: number;
  /** The best dev score up to the step. */
  best: number;
  /** The dev score that it ended with; null unless it is complete. */
  final: number | null;
}

/** At which of its steps a trial has just been scored on dev. */
export interface When {
  step: number;
  /** Of the whole trial. */
  steps: number;
  evaluateEvery: number;
}

export interface Moment extends When {
  own: Standing;
  /** Others of the same task, regime and number of steps that have come as far. */
  peers: readonly Standing[];
}

export interface StopReason {
  rule: StoppingRule;
  step: number;
  /** Its best dev score up to that step. */
  score: number;
  /** What the score was held against. */
  threshold: number;
  /** Of the paired rule: how probable as bad a difference is by chance. */
  p?: number;
  /** Positions of the trials that it was compared with. */
  comparedWith: number[];
  /** A sentence for people. */
  words: string;
}

/** Whether the rule holds a trial against those of its own pair of seeds alone. */
export function isWithinSeeds({ rule }: Stopping): boolean {
  return rule !== 'paired';
}

/** Seeds differ in how hard they are, so that scores are comparable within one pair of seeds. */
export function hasSeedsOf(own: Standing): (other: Standing) => boolean {
  return (other) => other.dataSeed === own.dataSeed && other.trainSeed === own.trainSeed;
}

/** As tables have it. */
export function written(score: number): string {
  return (100 * score).toFixed(1);
}
