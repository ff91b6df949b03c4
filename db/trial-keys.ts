// Which trials a sweep has, by what decides their outcomes.
import { and, eq, inArray } from 'drizzle-orm';
import { TRIAL_STATES, type TrialState } from '../sweep/states.ts';
import { type Database, ask } from './client.ts';
import { sweeps, trials } from './schema.ts';

/** Of the sweep of this name; none where there is no such sweep. */
export async function listTrialKeys(
  database: Database,
  sweepName: string,
  states: readonly TrialState[] = TRIAL_STATES,
): Promise<Set<string>> {
  const rows = await ask(database, () =>
    database
      .select({ key: trials.trialKey })
      .from(trials)
      .innerJoin(sweeps, eq(sweeps.id, trials.sweepId))
      .where(and(eq(sweeps.name, sweepName), inArray(trials.state, [...states]))),
  );
  return new Set(rows.map(({ key }) => key));
}
