// The beginning of an attempt: what it goes on from, or why there is none.
import { and, count, eq, inArray, sql } from 'drizzle-orm';
import { descriptorOf } from '../sweep/methods/index.ts';
import type { MethodSettings } from '../sweep/methods/settings.ts';
import { isOpen, type TrialState } from '../sweep/states.ts';
import { secondsOf } from '../sweep/throughput.ts';
import type { Trial } from '../sweep/trial.ts';
import type { TrialOutcome } from '../training/messages.ts';
import { AS_TOLD } from './as-told.ts';
import { supersede } from './attempts.ts';
import { type StoredCheckpoint, readCheckpoint } from './checkpoints.ts';
import type { Database, Transaction } from './client.ts';
import { UnknownSweepError } from './errors.ts';
import { asAttempt, assertCurrent, type TrialRow } from './fence.ts';
import { isBetterLeftTo } from './other-workers.ts';
import { attempts, sweeps, trials } from './schema.ts';

export interface Begun {
  kind: 'begun';
  attempt: number;
  sweepName: string;
  /** Of the trial, in its sweep. */
  position: number;
  trial: Trial;
  trialKey: string;
  /** Where an earlier attempt stopped; null: begin anew. */
  checkpoint: StoredCheckpoint | null;
  /** Layers whose output unfinished trials of this sweep and task still read, ascending. */
  layersToKeep: number[];
  /** How often the work is to be halved: once for each attempt that ran out of memory. */
  shrink: number;
}

/** The trial needs no attempt: an earlier one ended it and its answer was lost, or was lost before it could. */
export interface Settled {
  kind: 'settled';
  /** It has ended only now: nobody has said so yet. */
  isNew: boolean;
  state: Exclude<TrialState, 'waiting' | 'running'>;
  /** On `complete` only. */
  outcome: TrialOutcome | null;
}

/** No attempt begins, and the trial stays as it is. */
export interface Declined {
  kind: 'declined';
  /** `stopped`: its sweep runs no trials now; `left to another`: this worker lost it, and others are there to try. */
  why: 'stopped' | 'left to another';
}

export interface BeginAttempt {
  trialId: string;
  worker: string;
  device: string;
  workflowRunId: string;
  /** The attempt that the caller knows of as the last: where there is a later one, the caller has been overtaken. */
  lastAttempt?: number | undefined;
  /** Whether a trial that this worker has lost may be left to another one. */
  mayLeave?: boolean | undefined;
}

/**
 * Takes the trial: from now on no earlier attempt can write. Called again it begins the next attempt.
 * @throws StaleAttemptError where the caller has been overtaken
 */
export function beginAttempt(database: Database, begin: BeginAttempt): Promise<Begun | Settled | Declined> {
  const { lastAttempt, mayLeave = false, ...who } = begin;
  return asAttempt(database, { trialId: begin.trialId, attempt: null }, async (transaction, row) => {
    if (row.state !== 'waiting' && row.state !== 'running')
      return { kind: 'settled', isNew: false, state: row.state, outcome: outcomeOf(row) };
    if (row.stopAs !== null && row.stopAs !== 'waiting') return stopInstead(transaction, row, row.stopAs);
    if (lastAttempt !== undefined) assertCurrent(row, lastAttempt);
    if (!(await runsTrials(transaction, row.sweepId))) return { kind: 'declined', why: 'stopped' };
    if (mayLeave && (await isBetterLeftTo(transaction, who))) return { kind: 'declined', why: 'left to another' };
    const attempt = row.attempt + 1;
    const checkpoint = await readCheckpoint(transaction, { trialId: row.id, kind: 'last' });
    const shrink = await countOutOfMemory(transaction, row.id);
    await supersede(transaction, [row.id], `Attempt ${attempt} took the trial, on ${who.worker}.`);
    await transaction
      .insert(attempts)
      .values({ ...who, attempt, shrink, ...(checkpoint ? { resumedFromStep: checkpoint.step } : {}) });
    await transaction
      .update(trials)
      .set({
        ...{ state: 'running', attempt, stopAs: null, stopReason: null, errorKind: null, errorMessage: null },
        startedAt: sql`coalesce(${trials.startedAt}, now())`,
      })
      .where(eq(trials.id, row.id));
    const layersToKeep = await layersStillNeeded(transaction, row);
    const { position, trial, trialKey } = row;
    const sweepName = await nameOfSweep(transaction, row.sweepId);
    return { kind: 'begun', attempt, sweepName, position, trial, trialKey, checkpoint, layersToKeep, shrink };
  });
}

type Halted = Extract<TrialState, 'paused' | 'cancelled' | 'stopped-early'>;

/** The attempt before this one was told to stop, and was lost before it could say that it had. */
async function stopInstead(transaction: Transaction, row: TrialRow, stopAs: TrialState): Promise<Settled> {
  const state: Halted = stopAs === 'paused' || stopAs === 'stopped-early' ? stopAs : 'cancelled';
  await supersede(transaction, [row.id], 'It was told to stop, and was lost before it could say that it had.');
  await transaction.update(trials).set(AS_TOLD).where(eq(trials.id, row.id));
  return { kind: 'settled', isNew: true, state, outcome: null };
}

async function runsTrials(transaction: Transaction, sweepId: string): Promise<boolean> {
  const [sweep] = await transaction.select({ state: sweeps.state }).from(sweeps).where(eq(sweeps.id, sweepId));
  return sweep !== undefined && isOpen(sweep);
}

async function countOutOfMemory(transaction: Transaction, trialId: string): Promise<number> {
  const [row] = await transaction
    .select({ attempts: count() })
    .from(attempts)
    .where(and(eq(attempts.trialId, trialId), eq(attempts.errorKind, 'out-of-memory')));
  return row?.attempts ?? 0;
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
  const { msPerStep, measuredJointly, jointSteps } = row;
  if (row.state !== 'complete' || devScore === null || testScore === null || selectedStep === null) return null;
  if (steps === null || shortened === null || trainableParameters === null || peakMemoryMib === null) return null;
  if (measuredJointly === null || jointSteps === null) return null;
  const scores = { devScore, testScore, selectedStep };
  const { cacheHitRate } = row;
  const speed = { msPerStep, measuredJointly, jointSteps, cacheHitRate, seconds: secondsOf(row) };
  return { ...scores, steps, shortened, trainableParameters, ...speed, peakMemoryMiB: peakMemoryMib };
}
