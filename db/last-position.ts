import { eq, max } from 'drizzle-orm';
import type { Database, Transaction } from './client.ts';
import { trials } from './schema.ts';

/** Of the sweep's trials in running order; -1 where it has none. */
export async function lastPosition(database: Database | Transaction, sweepId: string): Promise<number> {
  const [row] = await database
    .select({ last: max(trials.position) })
    .from(trials)
    .where(eq(trials.sweepId, sweepId));
  return row?.last ?? -1;
}
