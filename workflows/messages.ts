// What goes into workflows, what they answer, and the messages they hear. Ids and counts only: results are in Postgres.
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ErrorKind } from '../sweep/error-kinds.ts';
import type { Priority } from '../sweep/queueing.ts';
import type { SweepState, TrialState } from '../sweep/states.ts';
import type { DeviceClass } from './queues.ts';
import type { TrialLabels } from './search-attributes.ts';

export interface SweepInput {
  sweepId: string;
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

export type SettledCounts = Record<Exclude<TrialResult['state'], 'waiting'>, number>;

export interface SweepResult {
  state: SweepState;
}

export interface TrialInput {
  sweepId: string;
  trialId: string;
  /** 1 goes before 5. */
  priority: Priority;
  deviceClass: DeviceClass;
  /** The number of its last attempt so far: where there is a later one, somebody else has the trial. */
  lastAttempt?: number | undefined;
  /** What it is estimated to need: it waits for a trainer that has as much. */
  memoryMiB?: number;
  /** The own queue of a worker that has its backbone and data warm: asked first, and not for long. */
  warmQueue?: string;
  /** Absent where the server has no search attributes. */
  labels?: TrialLabels;
}

export interface TrialResult {
  /** `waiting`: its sweep was stopped, or it was told to stop and then to go on, and has to be taken again. */
  state: Exclude<TrialState, 'running'>;
  /** What it failed with. */
  kind?: ErrorKind;
  /** The own queue of the worker that trained it, which has backbone and data warm now. */
  warmQueue?: string;
}

/** What a training activity ends with. */
export interface AttemptResult extends Omit<TrialResult, 'state'> {
  /** `left`: this worker has lost the trial before, and leaves it to another for a moment. `busy`: its trainers all train. */
  state: TrialResult['state'] | 'left' | 'busy';
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

/** Something was changed in Postgres: trials put back, added, halted, another window or order. Look there. */
export const lookSignal = defineSignal('look');

/** What a person tells a sweep. `where` is a selection as the command line takes it; without it, all trials are meant. */
export type Order =
  | { verb: 'pause' | 'continue' | 'cancel'; where?: string }
  | { verb: 'window'; window: number }
  | { verb: 'priority'; priority: Priority; where?: string };

export interface OrderAnswer {
  /** Trials that are in another state, or of another priority, at once. */
  changed: number;
  /** Running ones that write a checkpoint and stop. */
  stopping: number;
}

/** May be left out by whoever sends it. */
type Where = [{ where?: string }];

export const pauseUpdate = defineUpdate<OrderAnswer, Where>('pause');
export const continueUpdate = defineUpdate<OrderAnswer, Where>('continue');
export const cancelUpdate = defineUpdate<OrderAnswer, Where>('cancel');
export const windowUpdate = defineUpdate<OrderAnswer, [{ window: number }]>('window');
export const priorityUpdate = defineUpdate<OrderAnswer, [{ priority: Priority; where?: string }]>('priority');
