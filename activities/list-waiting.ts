// The next trials to run. Always asked of Postgres, so that what was put back or added is found without a cursor.
import { findSweep } from '../db/sweeps.ts';
import { listNext, type NextTrial } from '../db/trials.ts';
import type { Priority } from '../sweep/queueing.ts';
import { memoryStepGiB } from '../workflows/queues.ts';
import type { TrialLabels } from '../workflows/search-attributes.ts';
import type { Dependencies } from './dependencies.ts';

export interface WaitingTrial {
  trialId: string;
  priority: Priority;
  /** The number of its last attempt; 0 before the first. */
  lastAttempt: number;
  /** What it is estimated to need. */
  memoryMiB: number;
  /** Trials of one kind keep each other's worker warm, and fit the same workers; null where that is not worth any waiting. */
  warmth: string | null;
  /** Only where they were asked for. */
  labels?: TrialLabels;
}

export interface ListWaitingInput {
  sweepId: string;
  /** Trials that the workflow has in flight: their rows may still say waiting. */
  except: string[];
  limit: number;
  labels: boolean;
}

export function createListWaiting({ database }: Dependencies) {
  return async ({ labels, ...request }: ListWaitingInput): Promise<WaitingTrial[]> => {
    const next = await listNext(database, request);
    if (!labels || next.length === 0) return next.map(describe);
    const { name: sweepName } = await findSweep(database, request.sweepId);
    return next.map((row) => ({ ...describe(row), labels: labelsOf(row, sweepName) }));
  };
}

/** Some ten seconds on two cores. What is quicker is done before a worker has been waited for. */
const WORTH_WAITING_FLOPS = 1e12;

function describe({ id, priority, attempt, task, memoryMib, flops }: NextTrial): WaitingTrial {
  // A worker that is warm from a small trial may have too little memory for a larger one: so they are two kinds.
  const warmth = flops < WORTH_WAITING_FLOPS ? null : `${task}, ${memoryStepGiB(memoryMib)} GiB`;
  return { trialId: id, priority, lastAttempt: attempt, memoryMiB: memoryMib, warmth };
}

function labelsOf({ task, method, insertionLayer, promptLength }: NextTrial, sweepName: string): TrialLabels {
  return { sweepName, task, method, insertionLayer, promptLength };
}
