// What a person has told a sweep's trials to do. It stands in Postgres before any workflow hears of it, so that it outlives
// whoever would have heard it. The sweep's row is locked meanwhile: a sweep does not end while its trials are being changed. Attempts
// begin and end without that lock, so an order is one statement: Postgres decides for each trial by the state that it has once its
// row is locked. Of two statements each could miss a trial that goes from what one changes to what the other does.
import { and, count, eq, inArray, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Priority } from '../sweep/queueing.ts';
import { isOpen } from '../sweep/states.ts';
import { supersede } from './attempts.ts';
import { type Database, type Transaction, ask } from './client.ts';
import { sweeps, trials } from './schema.ts';
import type { Halt } from './standing-orders.ts';
import { type Choice, chosenBy } from './selection.ts';
import { type SweepRow, lockSweep, readCounts, writeState } from './sweeps.ts';

export interface Ordered {
  /** As it was when the order was given. */
  sweep: SweepRow;
  /** Trials that the choice names, whatever their state. */
  chosen: number;
  /** Those whose state or priority changed at once. */
  changed: number;
  /** Running ones that shall write a checkpoint and stop. */
  stopping: number;
}

const isRunning = eq(trials.state, 'running');

/**
 * Nothing new starts of what is chosen; what runs is marked, and ends as `as` once its trainer has stopped. What is marked already
 * is counted once more: its workflow may not have heard of it.
 */
export function haltTrials(database: Database, { as, ...choice }: Choice & { as: Halt }): Promise<Ordered> {
  const idle = as === 'paused' ? (['waiting'] as const) : (['waiting', 'paused'] as const);
  return order(database, choice, async (transaction) => {
    const halted = await transaction
      .update(trials)
      .set({
        state: sql`case when ${isRunning} then ${trials.state} else ${as} end`,
        stopAs: sql`case when ${isRunning} then ${as}::trial_state end`,
        stopReason: sql`case when ${isRunning} then ${trials.stopReason} end`,
        finishedAt: as === 'cancelled' ? sql`case when not ${isRunning} then now() end` : null,
      })
      .where(and(chosenBy(choice), inArray(trials.state, [...idle, 'running'])))
      .returning({ state: trials.state });
    const stopping = halted.filter(({ state }) => state === 'running').length;
    return { changed: halted.length - stopping, stopping };
  });
}

/** Paused trials wait again. One that is about to yield does so, and waits again. */
export function continueTrials(database: Database, choice: Choice): Promise<Ordered> {
  return order(database, choice, async (transaction) => {
    const isPaused = eq(trials.state, 'paused');
    const continued = await transaction
      .update(trials)
      .set(waitingAgain(isPaused))
      .where(and(chosenBy(choice), or(isPaused, isToStopAs('paused'))));
    return goOn(transaction, choice, rowsOf(continued));
  });
}

export interface Requeue extends Choice {
  states: ('failed' | 'cancelled' | 'stopped-early' | 'running')[];
}

/**
 * A sweep that was stopped runs again, also one whose workflow has not ended yet: it begins no trial of a sweep that has ended.
 * @returns false where the sweep is not over, or nothing waits
 */
export function reopenSweep(database: Database, sweepId: string): Promise<boolean> {
  return ask(database, () =>
    database.transaction(async (transaction) => {
      const sweep = await lockSweep(transaction, sweepId);
      const isStopped = !isOpen(sweep) && (await readCounts(transaction, sweepId)).waiting > 0;
      if (isStopped) await writeState(transaction, { sweepId, state: 'running' });
      return isStopped;
    }),
  );
}

/** Sends trials back to waiting; their checkpoints stay, their orphans can no longer write. Complete ones never run again. */
export function requeueTrials(database: Database, { states, ...choice }: Requeue): Promise<Ordered> {
  return order(database, choice, async (transaction) => {
    const isOver = inArray(trials.state, states);
    const requeued = await transaction
      .update(trials)
      .set({
        ...{ ...waitingAgain(isOver), stopReason: null, errorKind: null, errorMessage: null, finishedAt: null },
        // A rule would stop it again at its next score.
        isSpared: sql`${trials.isSpared} or ${trials.state} = 'stopped-early'`,
      })
      .where(and(chosenBy(choice), states.includes('cancelled') ? or(isOver, isToStopAs('cancelled')) : isOver))
      .returning({ id: trials.id, state: trials.state });
    const ids = requeued.flatMap(({ id, state }) => (state === 'waiting' ? [id] : []));
    await supersede(transaction, ids, 'The trial was sent back to waiting: no workflow was behind it.');
    return goOn(transaction, choice, requeued.length);
  });
}

/** Of a whole sweep: also of the trials that are added later. */
export function prioritiseTrials(
  database: Database,
  { priority, ...choice }: Choice & { priority: Priority },
): Promise<Ordered> {
  return order(database, choice, async (transaction) => {
    if (choice.where === undefined && choice.ids === undefined)
      await transaction.update(sweeps).set({ priority }).where(eq(sweeps.id, choice.sweepId));
    const changed = await transaction
      .update(trials)
      .set({ priority })
      .where(and(chosenBy(choice), ne(trials.priority, priority), inArray(trials.state, UNFINISHED)));
    return { changed: rowsOf(changed), stopping: 0 };
  });
}

const UNFINISHED = ['waiting', 'running', 'paused', 'failed', 'cancelled', 'stopped-early'] as const;

function order(
  database: Database,
  choice: Choice,
  change: (transaction: Transaction) => Promise<Pick<Ordered, 'changed' | 'stopping'>>,
): Promise<Ordered> {
  return ask(database, () =>
    database.transaction(async (transaction) => {
      const sweep = await lockSweep(transaction, choice.sweepId);
      const [row] = await transaction.select({ chosen: count() }).from(trials).where(chosenBy(choice));
      const done = await change(transaction);
      return { sweep, chosen: row?.chosen ?? 0, ...done };
    }),
  );
}

async function goOn(
  transaction: Transaction,
  { sweepId }: Choice,
  changed: number,
): Promise<{ changed: number; stopping: number }> {
  if (changed > 0) await writeState(transaction, { sweepId, state: 'running' });
  return { changed, stopping: 0 };
}

/**
 * The trial's workflow may have heard that it shall stop, and not have said yet that it has: then it waits, and is not cancelled.
 * @param isOver of such trials the state changes; a running one keeps its own until it has stopped
 */
function waitingAgain(isOver: SQL) {
  return { state: sql`case when ${isOver} then 'waiting' else ${trials.state} end`, stopAs: 'waiting' } as const;
}

/** Also trials that a lost attempt has sent back to waiting. */
function isToStopAs(halt: Halt): SQL | undefined {
  return and(inArray(trials.state, ['running', 'waiting']), eq(trials.stopAs, halt));
}

function rowsOf({ rowCount }: { rowCount: number | null }): number {
  return rowCount ?? 0;
}
