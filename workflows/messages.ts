// What goes into workflows, what they answer, and the messages they hear. Ids and counts only: results are in Postgres.
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { ErrorKind, SweepState, TrialState } from '../sweep/trial.ts';
import type { DeviceClass } from './queues.ts';
import type { TrialLabels } from './search-attributes.ts';

export interface SweepInput {
  sweepId: string;
  /** Trials in flight at one time. */
  window: number;
  /** Which training queue the trials go to. */
  deviceClass: DeviceClass;
  /** Whether the server knows our search attributes: writing an unknown one would stop the workflow for ever. */
  searchAttributes: boolean;
  /** Events after which this run hands over to a new one, even before the server suggests it. */
  historyLimit?: number;
  /** Trials in a row that may fail with the same kind before the sweep is stopped; 0: any number. */
  stopAfterFailures: number;
  /** Counts of the runs before this one; set only by continue-as-new. */
  settled?: SettledCounts;
  /** The same of its failures in a row. */
  streak?: FailureStreak | null;
}

/** Trials that failed with one kind, one after the other. */
export interface FailureStreak {
  kind: ErrorKind;
  trials: number;
}

export type SettledCounts = Record<'complete' | 'failed' | 'cancelled', number>;

export interface SweepResult {
  state: SweepState;
}

export interface TrialInput {
  sweepId: string;
  trialId: string;
  deviceClass: DeviceClass;
  /** The number of its last attempt so far: where there is a later one, somebody else has the trial. */
  lastAttempt?: number | undefined;
  /** Absent where the server has no search attributes. */
  labels?: TrialLabels;
}

export interface TrialResult {
  /** `waiting`: not run, because its sweep was stopped. */
  state: Extract<TrialState, 'complete' | 'failed' | 'cancelled' | 'waiting'>;
  /** What it failed with. */
  kind?: ErrorKind;
}

/** What a training activity ends with. */
export interface AttemptResult {
  /** `left`: this worker has lost the trial before, and leaves it to another for a moment. */
  state: TrialResult['state'] | 'left';
}

export interface SweepProgress {
  /** Trials handed to the queue and not yet settled. */
  inFlight: number;
  /** Settled since the sweep was started or last resumed. */
  settled: SettledCounts;
}

export const progressQuery = defineQuery<SweepProgress>('progress');

/** Trials were put back to waiting in Postgres: look again. */
export const retrySignal = defineSignal('retry');
