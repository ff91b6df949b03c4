// The next trials to run. Always asked of Postgres, so that what was put back or added is found without a cursor.
import { listNext } from '../db/trials.ts';
import { findSweep } from '../db/sweeps.ts';
import type { Priority } from '../sweep/trial.ts';
import type { TrialLabels } from '../workflows/search-attributes.ts';
import type { Dependencies } from './dependencies.ts';

export interface WaitingTrial {
  trialId: string;
  priority: Priority;
  /** The number of its last attempt; 0 before the first. */
  lastAttempt: number;
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
    if (!labels || next.length === 0)
      return next.map(({ id, priority, attempt }) => ({ trialId: id, priority, lastAttempt: attempt }));
    const { name: sweepName } = await findSweep(database, request.sweepId);
    return next.map(({ id, priority, attempt, ...shown }) => ({
      ...{ trialId: id, priority, lastAttempt: attempt },
      labels: { sweepName, ...shown },
    }));
  };
}
