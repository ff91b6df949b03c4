// The fence: a trial's row is locked and its current attempt compared before anything is written in its name.
import { and, eq, sql } from 'drizzle-orm';
import { type Database, type Transaction, ask } from './client.ts';
import { StaleAttemptError, UnknownTrialError } from './errors.ts';
import { attempts, trials } from './schema.ts';

export type TrialRow = typeof trials.$inferSelect;

export interface AttemptOf {
  trialId: string;
  attempt: number;
}

/** Runs `write` while no other attempt can begin. @throws StaleAttemptError unless this attempt is the running one */
export function fenced<T>(
  database: Database,
  writer: AttemptOf,
  write: (transaction: Transaction, trial: TrialRow) => Promise<T>,
): Promise<T> {
  return countingRefusal(database, writer, async (transaction) => {
    const trial = await lockTrial(transaction, writer.trialId);
    if (trial.state !== 'running') throw staleAttempt(trial, writer.attempt);
    assertCurrent(trial, writer.attempt);
    return write(transaction, trial);
  });
}

/** One transaction in the name of an attempt, or of none; that it was refused is kept with the attempt. */
export function countingRefusal<T>(
  database: Database,
  { trialId, attempt }: { trialId: string; attempt: number | null },
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  return ask(database, async () => {
    try {
      return await database.transaction(work);
    } catch (error) {
      if (error instanceof StaleAttemptError && attempt !== null) {
        await database
          .update(attempts)
          .set({ refusedWrites: sql`${attempts.refusedWrites} + 1` })
          .where(and(eq(attempts.trialId, trialId), eq(attempts.attempt, attempt)));
      }
      throw error;
    }
  });
}

export async function lockTrial(transaction: Transaction, trialId: string): Promise<TrialRow> {
  const [trial] = await transaction.select().from(trials).where(eq(trials.id, trialId)).for('update');
  if (!trial) throw new UnknownTrialError(`Expected a trial's id, found \`${trialId}\`, which no trial has.`);
  return trial;
}

export function assertCurrent(trial: TrialRow, attempt: number): void {
  if (trial.attempt !== attempt) throw staleAttempt(trial, attempt);
}

export function staleAttempt(trial: TrialRow, attempt: number): StaleAttemptError {
  return new StaleAttemptError(
    `Expected attempt ${attempt} of trial ${trial.id} to be its running one, found attempt ${trial.attempt}, ${trial.state}.`,
  );
}
