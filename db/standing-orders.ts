// Orders that stand in Postgres, for those who have to follow them: what is still to stop, and what nobody is left to stop.
import { and, eq, inArray, isNotNull, or } from 'drizzle-orm';
import { AS_TOLD } from './as-told.ts';
import { supersede } from './attempts.ts';
import { type Database, ask } from './client.ts';
import { sweeps, trials } from './schema.ts';

const HALTS = ['paused', 'cancelled'] as const;
/** What a person can tell a trial to stop as. */
export type Halt = (typeof HALTS)[number];

/** For trials that nobody works on any more: what they were to stop as, they are. */
export async function settleStopping(database: Database, sweepId: string): Promise<number> {
  return ask(database, () =>
    database.transaction(async (transaction) => {
      const stopped = await transaction
        .update(trials)
        .set(AS_TOLD)
        .where(and(eq(trials.sweepId, sweepId), eq(trials.state, 'running'), isNotNull(trials.stopAs)))
        .returning({ id: trials.id });
      const ids = stopped.map(({ id }) => id);
      await supersede(transaction, ids, 'It was told to stop while no worker was there.');
      return stopped.length;
    }),
  );
}

/** A running trial was told to pause or to be cancelled, and has not stopped yet. */
export async function awaitsHalt(database: Database, sweepId: string): Promise<boolean> {
  const isTold = and(eq(trials.sweepId, sweepId), eq(trials.state, 'running'), inArray(trials.stopAs, HALTS));
  const told = await ask(database, () => database.select({ id: trials.id }).from(trials).where(isTold).limit(1));
  return told.length > 0;
}

export interface Orders {
  /** Trials in flight at one time. */
  window: number;
  /** Of those asked about: they shall not run on. */
  halted: string[];
}

/** @param inFlight ids of trials that the caller has in flight. @throws UnknownSweepError */
export function readOrders(
  database: Database,
  { sweepId, inFlight }: { sweepId: string; inFlight: string[] },
): Promise<Orders> {
  return ask(database, async () => {
    const [sweep] = await database.select({ window: sweeps.window }).from(sweeps).where(eq(sweeps.id, sweepId));
    const halted =
      inFlight.length === 0
        ? []
        : await database
            .select({ id: trials.id })
            .from(trials)
            .where(and(inArray(trials.id, inFlight), or(inArray(trials.state, HALTS), inArray(trials.stopAs, HALTS))));
    return { window: sweep?.window ?? 1, halted: halted.map(({ id }) => id) };
  });
}
