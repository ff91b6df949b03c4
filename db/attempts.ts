// Attempts: one execution of a trial each, numbered from 1.
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { descriptorOf } from '../sweep/methods/index.ts';
import type { MethodSettings, Trial } from '../sweep/trial.ts';
import type { TrialOutcome } from '../training/messages.ts';
import type { Provenance } from '../sweep/provenance.ts';
import { type Database, type Transaction, ask } from './client.ts';
import { type StoredCheckpoint, readCheckpoint } from './checkpoints.ts';
import { UnknownSweepError } from './errors.ts';
import { type AttemptOf, type TrialRow, fenced, lockTrial } from './fence.ts';
import { attempts, sweeps, trials } from './schema.ts';

export interface Begun {
  kind: 'begun';
  attempt: number;
  sweepName: string;
  /** Of the trial, in its sweep. */
  position: number;
  trial: Trial;
  /** Where an earlier attempt stopped; null: begin anew. */
  checkpoint: StoredCheckpoint | null;
  /** Layers whose output unfinished trials of this sweep and task still read, ascending. */
  layersToKeep: number[];
}

/** The trial needs no attempt: an earlier one ended it, and only its answer was lost. */
export interface Settled {
  kind: 'settled';
  state: 'complete' | 'failed' | 'cancelled';
  /** On `complete` only. */
  outcome: TrialOutcome | null;
}

export interface BeginAttempt {
  trialId: string;
  worker: string;
  device: string;
  workflowRunId: string;
}

/** Takes the trial: from now on no earlier attempt can write. Called again it begins the next attempt. */
export function beginAttempt(database: Database, begin: BeginAttempt): Promise<Begun | Settled> {
  return ask(database, () =>
    database.transaction(async (transaction) => {
      const row = await lockTrial(transaction, begin.trialId);
      if (row.state !== 'waiting' && row.state !== 'running')
        return { kind: 'settled', state: row.state, outcome: outcomeOf(row) };
      const attempt = row.attempt + 1;
      const checkpoint = await readCheckpoint(transaction, { trialId: row.id, kind: 'last' });
      await supersede(transaction, row.id);
      await transaction
        .insert(attempts)
        .values({ ...begin, attempt, ...(checkpoint ? { resumedFromStep: checkpoint.step } : {}) });
      await transaction
        .update(trials)
        .set({ state: 'running', attempt, startedAt: row.startedAt ?? new Date(), errorKind: null, errorMessage: null })
        .where(eq(trials.id, row.id));
      const layersToKeep = await layersStillNeeded(transaction, row);
      const { position, trial } = row;
      const sweepName = await nameOfSweep(transaction, row.sweepId);
      return { kind: 'begun', attempt, sweepName, position, trial, checkpoint, layersToKeep };
    }),
  );
}

/** @throws StaleAttemptError */
export function recordProvenance(
  database: Database,
  { trialId, attempt, provenance }: AttemptOf & { provenance: Provenance },
): Promise<void> {
  return fenced(database, { trialId, attempt }, async (transaction) => {
    await transaction.update(attempts).set({ provenance }).where(isThat({ trialId, attempt }));
  });
}

export type AttemptRow = typeof attempts.$inferSelect;

export function listAttempts(database: Database, trialId: string): Promise<AttemptRow[]> {
  return ask(database, () =>
    database.select().from(attempts).where(eq(attempts.trialId, trialId)).orderBy(asc(attempts.attempt)),
  );
}

function isThat({ trialId, attempt }: AttemptOf) {
  return and(eq(attempts.trialId, trialId), eq(attempts.attempt, attempt));
}

async function supersede(transaction: Transaction, trialId: string): Promise<void> {
  await transaction
    .update(attempts)
    .set({ state: 'superseded', finishedAt: new Date() })
    .where(and(eq(attempts.trialId, trialId), eq(attempts.state, 'running')));
}

async function nameOfSweep(transaction: Transaction, sweepId: string): Promise<string> {
  const [sweep] = await transaction.select({ name: sweeps.name }).from(sweeps).where(eq(sweeps.id, sweepId));
  if (!sweep) throw new UnknownSweepError(sweepId, []);
  return sweep.name;
}

async function layersStillNeeded(transaction: Transaction, row: TrialRow): Promise<number[]> {
  const rows = await transaction
    .selectDistinct({ method: sql<MethodSettings>`${trials.trial} -> 'method'` })
    .from(trials)
    .where(
      and(eq(trials.sweepId, row.sweepId), eq(trials.task, row.task), inArray(trials.state, ['waiting', 'running'])),
    );
  return [...new Set(rows.flatMap(({ method }) => layersRead(method)))].sort((one, other) => one - other);
}

/** The backbone's last layer is left out: its number is not known here, and whoever reads it names it. */
function layersRead(method: MethodSettings): number[] {
  const layers = descriptorOf(method.method).inputLayers(method, Number.POSITIVE_INFINITY);
  return layers.filter((layer) => layer >= 1 && Number.isFinite(layer));
}

/** What a complete trial's row says of its outcome; null for any other. */
function outcomeOf(row: TrialRow): TrialOutcome | null {
  const { devScore, testScore, selectedStep, steps, shortened, trainableParameters, peakMemoryMib } = row;
  if (row.state !== 'complete' || devScore === null || testScore === null || selectedStep === null) return null;
  if (steps === null || shortened === null || trainableParameters === null || peakMemoryMib === null) return null;
  const { msPerStep } = row;
  const scores = { devScore, testScore, selectedStep };
  return { ...scores, steps, shortened, trainableParameters, msPerStep, peakMemoryMiB: peakMemoryMib };
}
