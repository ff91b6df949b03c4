// The next trials to run. Always asked of Postgres, so that what was put back or added is found without a cursor.
import { findTrial, listWaiting } from '../db/trials.ts';
import { findSweep } from '../db/sweeps.ts';
import type { TrialLabels } from '../workflows/search-attributes.ts';
import type { Dependencies } from './dependencies.ts';

export interface WaitingTrial {
  trialId: string;
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
    const ids = await listWaiting(database, request);
    if (!labels || ids.length === 0) return ids.map((trialId) => ({ trialId }));
    const { name: sweepName } = await findSweep(database, request.sweepId);
    const rows = await Promise.all(ids.map((id) => findTrial(database, id)));
    return rows.map(({ id, task, method, insertionLayer, promptLength }) => ({
      trialId: id,
      labels: { sweepName, task, method, insertionLayer, promptLength },
    }));
  };
}
