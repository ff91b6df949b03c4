// What goes into workflows, what they answer, and the messages they hear. Ids and counts only: results are in Postgres.
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { SweepState, TrialState } from '../sweep/trial.ts';
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
  /** Counts of the runs before this one; set only by continue-as-new. */
  settled?: SettledCounts;
}

export type SettledCounts = Record<'complete' | 'failed' | 'cancelled', number>;

export interface SweepResult {
  state: SweepState;
}

export interface TrialInput {
  sweepId: string;
  trialId: string;
  deviceClass: DeviceClass;
  /** Absent where the server has no search attributes. */
  labels?: TrialLabels;
}

export interface TrialResult {
  state: Extract<TrialState, 'complete' | 'failed' | 'cancelled'>;
}

export interface SweepProgress {
  /** Trials handed to the queue and not yet settled. */
  inFlight: number;
  /** Settled since the sweep was started or last resumed. */
  settled: SettledCounts;
}

export const progressQuery = defineQuery<SweepProgress>('progress');

/** To a trial: its attempt has left the queue and begins. */
export const begunSignal = defineSignal('begun');

/** Trials were put back to waiting in Postgres: look again. */
export const retrySignal = defineSignal('retry');
