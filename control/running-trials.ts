// Trials that some attempt holds.
import { and, eq } from 'drizzle-orm';
import { ask, type Database } from '../db/client.ts';
import { trials } from '../db/schema.ts';

export async function listRunning(database: Database, sweepId: string): Promise<string[]> {
  const rows = await ask(database, () =>
    database
      .select({ id: trials.id })
      .from(trials)
      .where(and(eq(trials.sweepId, sweepId), eq(trials.state, 'running'))),
  );
  return rows.map(({ id }) => id);
}
