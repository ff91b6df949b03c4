// The fence: a trial's row is locked and its current attempt compared before anything is written in its name.
import { eq } from 'drizzle-orm';
import { type Database, type Transaction, ask } from './client.ts';
import { StaleAttemptError, UnknownTrialError } from './errors.ts';
import { trials } from './schema.ts';

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
  return ask(database, () =>
    database.transaction(async (transaction) => {
      const trial = await lockTrial(transaction, writer.trialId);
      if (trial.state !== 'running') throw staleAttempt(trial, writer.attempt);
      assertCurrent(trial, writer.attempt);
      return write(transaction, trial);
    }),
  );
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
