// Checkpoints: small, and in Postgres, so that any host can go on with a trial.
import { and, eq, sql } from 'drizzle-orm';
import type { CheckpointKind } from '../sweep/training.ts';
import { type Database, type Transaction, ask } from './client.ts';
import { type AttemptOf, fenced } from './fence.ts';
import { checkpoints } from './schema.ts';

export interface StoredCheckpoint {
  step: number;
  bytes: Uint8Array;
}
export interface CheckpointOf {
  trialId: string;
  kind: CheckpointKind;
}

/** Keeps one checkpoint a kind: the newest. @throws StaleAttemptError */
export function saveCheckpoint(
  database: Database,
  { trialId, attempt, kind, step, bytes }: AttemptOf & CheckpointOf & StoredCheckpoint,
): Promise<void> {
  return fenced(database, { trialId, attempt }, (transaction) =>
    writeCheckpoint(transaction, { trialId, attempt, kind, step, bytes }),
  );
}

/** For callers that hold the trial's row already. */
export async function writeCheckpoint(
  transaction: Transaction,
  { trialId, attempt, kind, step, bytes }: AttemptOf & CheckpointOf & StoredCheckpoint,
): Promise<void> {
  await transaction
    .insert(checkpoints)
    .values({ trialId, kind, attempt, step, bytes })
    .onConflictDoUpdate({
      target: [checkpoints.trialId, checkpoints.kind],
      set: { attempt, step, bytes, savedAt: sql`now()` },
    });
}

export function loadCheckpoint(database: Database, of: CheckpointOf): Promise<StoredCheckpoint | null> {
  return ask(database, () => readCheckpoint(database, of));
}

export async function dropCheckpoint(transaction: Transaction, of: CheckpointOf): Promise<void> {
  await transaction.delete(checkpoints).where(isThat(of));
}

/** For callers that are inside a transaction already. */
export async function readCheckpoint(
  database: Database | Transaction,
  of: CheckpointOf,
): Promise<StoredCheckpoint | null> {
  const rows = await database
    .select({ step: checkpoints.step, bytes: checkpoints.bytes })
    .from(checkpoints)
    .where(isThat(of));
  return rows[0] ?? null;
}

function isThat({ trialId, kind }: CheckpointOf) {
  return and(eq(checkpoints.trialId, trialId), eq(checkpoints.kind, kind));
}
