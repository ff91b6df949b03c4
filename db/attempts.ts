// Attempts: one execution of a trial each, numbered from 1.
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { TrainerError } from '../training/messages.ts';
import type { Provenance } from '../sweep/provenance.ts';
import { type Database, type Transaction, ask } from './client.ts';
import { asAttempt, type AttemptOf, fenced, isAttempt } from './fence.ts';
import { attempts, trials } from './schema.ts';
import { storable } from './storable.ts';

export interface EndOfAttempt {
  trialId: string;
  /** Of another run's attempt nothing is said. */
  workflowRunId: string;
  /** Absent: the run's newest. */
  attempt?: number;
  error: TrainerError;
}

/** Kinds that were not the attempt's own doing: it was taken from it. */
const TAKEN_AWAY = ['worker-lost', 'worker-stopping'] as const;

/**
 * Says what became of an attempt that is over, and sends its trial back to waiting: from now on it cannot write.
 * @returns the number of the trial's last attempt
 */
export function endAttempt(database: Database, end: EndOfAttempt): Promise<{ lastAttempt: number }> {
  const { trialId, workflowRunId, error } = end;
  return asAttempt(database, { trialId, attempt: null }, async (transaction, row) => {
    const lastAttempt = row.attempt;
    if (row.state !== 'running' || (end.attempt ?? lastAttempt) !== lastAttempt) return { lastAttempt };
    const state = TAKEN_AWAY.some((kind) => kind === error.kind) ? 'superseded' : 'failed';
    const ended = await transaction
      .update(attempts)
      .set({ state, errorKind: error.kind, errorMessage: storable(error.message), finishedAt: sql`now()` })
      .where(
        and(
          isAttempt({ trialId, attempt: lastAttempt }),
          eq(attempts.state, 'running'),
          eq(attempts.workflowRunId, workflowRunId),
        ),
      )
      .returning({ attempt: attempts.attempt });
    if (ended.length > 0) await transaction.update(trials).set({ state: 'waiting' }).where(eq(trials.id, trialId));
    return { lastAttempt };
  });
}

/** @throws StaleAttemptError */
export function recordProvenance(
  database: Database,
  { trialId, attempt, provenance }: AttemptOf & { provenance: Provenance },
): Promise<void> {
  return fenced(database, { trialId, attempt }, async (transaction) => {
    await transaction.update(attempts).set({ provenance }).where(isAttempt({ trialId, attempt }));
  });
}

export type AttemptRow = typeof attempts.$inferSelect;

export function listAttempts(database: Database, trialId: string): Promise<AttemptRow[]> {
  return ask(database, () =>
    database.select().from(attempts).where(eq(attempts.trialId, trialId)).orderBy(asc(attempts.attempt)),
  );
}

/** Ends the running attempts of trials that are taken from them. @param why a sentence */
export async function supersede(transaction: Transaction, trialIds: string[], why: string): Promise<void> {
  await transaction
    .update(attempts)
    .set({ state: 'superseded', errorMessage: why, finishedAt: sql`now()` })
    .where(and(inArray(attempts.trialId, trialIds), eq(attempts.state, 'running')));
}
