// Forgets what a person no longer needs when trials are complete, or says what that would free.
import { pruneCheckpoints, pruneDataSets, pruneMetrics, type Freed } from '../db/retention.ts';
import { findSweep } from '../db/sweeps.ts';
import type { Control } from './control.ts';

export interface PruneRequest {
  /** Every sweep where absent. */
  sweep?: string;
  /** Curves of trials that ended more than so many days ago; absent: they stay. */
  metricsOlderThanDays?: number;
  checkpoints: boolean;
  data: boolean;
  isDryRun: boolean;
}

export interface Pruned {
  what: 'metrics' | 'checkpoints' | 'data';
  freed: Freed;
}

const DAY_MS = 86_400_000;

/** @throws UnknownSweepError */
export async function prune({ database }: Pick<Control, 'database'>, request: PruneRequest): Promise<Pruned[]> {
  const { sweep, metricsOlderThanDays: days, isDryRun } = request;
  const now = Date.now();
  const which = { ...(sweep === undefined ? {} : { sweepId: (await findSweep(database, sweep)).id }), isDryRun };
  const pruned: Pruned[] = [];
  if (days !== undefined) {
    const endedBefore = new Date(now - days * DAY_MS);
    pruned.push({ what: 'metrics', freed: await pruneMetrics(database, { ...which, endedBefore }) });
  }
  if (request.checkpoints)
    pruned.push({
      what: 'checkpoints',
      freed: await pruneCheckpoints(database, { ...which, endedBefore: new Date(now) }),
    });
  if (request.data) pruned.push({ what: 'data', freed: await pruneDataSets(database, which) });
  return pruned;
}
