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
  return asAttempt(database, writer, (transaction, trial) => {
    if (trial.state !== 'running') throw staleAttempt(trial, writer.attempt);
    assertCurrent(trial, writer.attempt);
    return write(transaction, trial);
  });
}

/**
 * Runs `write` on the locked trial. What it refuses as stale is undone whole, and counted with the attempt that wrote.
 * @param writer `attempt` null: whoever writes is no attempt
 */
export function asAttempt<T>(
  database: Database,
  { trialId, attempt }: { trialId: string; attempt: number | null },
  write: (transaction: Transaction, trial: TrialRow) => Promise<T> | T,
): Promise<T> {
  return ask(database, async () => {
    try {
      return await database.transaction(async (transaction) =>
        write(transaction, await lockTrial(transaction, trialId)),
      );
    } catch (error) {
      if (error instanceof StaleAttemptError && attempt !== null) await countRefusal(database, { trialId, attempt });
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

export function isAttempt({ trialId, attempt }: AttemptOf) {
  return and(eq(attempts.trialId, trialId), eq(attempts.attempt, attempt));
}

async function countRefusal(database: Database, writer: AttemptOf): Promise<void> {
  await database
    .update(attempts)
    .set({ refusedWrites: sql`${attempts.refusedWrites} + 1` })
    .where(isAttempt(writer));
}
