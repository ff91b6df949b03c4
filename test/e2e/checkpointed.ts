import { and, eq } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { checkpoints, sweeps, trials } from '../../db/schema.ts';

/** Whether a trial of the sweep is under way that could go on from where it is. */
export async function hasCheckpoint(database: Database, sweep: string): Promise<boolean> {
  const rows = await database
    .select({ step: checkpoints.step })
    .from(checkpoints)
    .innerJoin(trials, eq(trials.id, checkpoints.trialId))
    .innerJoin(sweeps, eq(sweeps.id, trials.sweepId))
    .where(and(eq(sweeps.name, sweep), eq(checkpoints.kind, 'last')));
  return rows.length > 0;
}
