// Which trials a sweep has, by what decides their outcomes.
import { eq } from 'drizzle-orm';
import { type Database, ask } from './client.ts';
import { sweeps, trials } from './schema.ts';

/** Of the sweep of this name; none where there is no such sweep. */
export async function listTrialKeys(database: Database, sweepName: string): Promise<Set<string>> {
  const rows = await ask(database, () =>
    database
      .select({ key: trials.trialKey })
      .from(trials)
      .innerJoin(sweeps, eq(sweeps.id, trials.sweepId))
      .where(eq(sweeps.name, sweepName)),
  );
  return new Set(rows.map(({ key }) => key));
}
