// Where a sweep stands, and what went wrong in it, sorted by kind.
import { and, count, eq, isNotNull, min } from 'drizzle-orm';
import { ask, type Database } from '../db/client.ts';
import { progress, type Progress } from '../db/results.ts';
import { trials } from '../db/schema.ts';
import { findSweep, type SweepRow } from '../db/sweeps.ts';
import { secondsLeft } from '../sweep/statistics.ts';
import type { ErrorKind } from '../sweep/trial.ts';
import type { Control } from './control.ts';

export interface FailureGroup {
  kind: ErrorKind;
  trials: number;
  /** One of them, as an example. */
  message: string;
}

export interface SweepStatus {
  sweep: SweepRow;
  progress: Progress;
  /** Null while nothing has finished. */
  secondsLeft: number | null;
  failures: FailureGroup[];
}

/** @throws UnknownSweepError */
export async function describe({ database }: Pick<Control, 'database'>, name: string): Promise<SweepStatus> {
  const sweep = await findSweep(database, name);
  const [now, failures] = await Promise.all([progress(database, sweep.id), listFailures(database, sweep.id)]);
  const left = secondsLeft(now.remainingFlops, now.recent, now.counts.running);
  return { sweep, progress: now, secondsLeft: left, failures };
}

async function listFailures(database: Database, sweepId: string): Promise<FailureGroup[]> {
  const rows = await ask(database, () =>
    database
      .select({ kind: trials.errorKind, trials: count(), message: min(trials.errorMessage) })
      .from(trials)
      .where(and(eq(trials.sweepId, sweepId), eq(trials.state, 'failed'), isNotNull(trials.errorKind)))
      .groupBy(trials.errorKind),
  );
  return rows.flatMap(({ kind, message, ...rest }) =>
    kind === null ? [] : [{ kind, message: message ?? '', ...rest }],
  );
}
