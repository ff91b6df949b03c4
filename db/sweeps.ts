// Sweeps: written whole with their trials, found by name or id.
import { createHash, randomUUID } from 'node:crypto';
import { asc, count, desc, eq, or, sql } from 'drizzle-orm';
import { distance } from 'fastest-levenshtein';
import type { PlannedTrial } from '../sweep/plan.ts';
import type { Spec } from '../sweep/spec.ts';
import { type SweepState, TRIAL_STATES, type TrialState } from '../sweep/trial.ts';
import { type Database, type Transaction, ask } from './client.ts';
import { QueryError, SweepExistsError, UnknownSweepError } from './errors.ts';
import { columnsOf } from './planned-trial.ts';
import { sweeps, trials } from './schema.ts';
import { differences } from './sweep-differences.ts';

export type SweepRow = typeof sweeps.$inferSelect;
export type StateCounts = Record<TrialState, number>;

export interface NewSweep {
  name: string;
  /** The sweep file's text. */
  source: string;
  spec: Spec;
  trials: PlannedTrial[];
}

/** Rows of one statement; Postgres takes at most 65,535 values in it. */
const BATCH = 500;

/**
 * Writes the sweep and all its trials, or nothing. The same name with the same trials finds the sweep that is there.
 * @throws SweepExistsError when the trials differ
 */
export function createSweep(database: Database, sweep: NewSweep): Promise<{ sweep: SweepRow; created: boolean }> {
  return ask(database, () =>
    database.transaction(async (transaction) => {
      const [created] = await transaction
        .insert(sweeps)
        .values({ id: randomUUID(), contentHash: contentHash(sweep.trials), ...identityOf(sweep) })
        .onConflictDoNothing({ target: sweeps.name })
        .returning();
      if (!created) return { sweep: await sameSweep(transaction, sweep), created: false };
      for (let from = 0; from < sweep.trials.length; from += BATCH) {
        const rows = sweep.trials.slice(from, from + BATCH).map((planned) => ({
          id: randomUUID(),
          sweepId: created.id,
          ...columnsOf(planned),
        }));
        await transaction.insert(trials).values(rows);
      }
      return { sweep: created, created: true };
    }),
  );
}

/** @throws UnknownSweepError with the nearest names */
export async function findSweep(database: Database, nameOrId: string): Promise<SweepRow> {
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(nameOrId);
  const matches = or(eq(sweeps.name, nameOrId), isId ? eq(sweeps.id, nameOrId) : undefined);
  const [sweep] = await ask(database, () => database.select().from(sweeps).where(matches));
  if (sweep) return sweep;
  const names = await ask(database, () =>
    database.select({ name: sweeps.name }).from(sweeps).orderBy(desc(sweeps.createdAt)).limit(1000),
  );
  throw new UnknownSweepError(nameOrId, nearest(nameOrId, names));
}

/** Newest first, each with its trials counted by state. */
export function listSweeps(database: Database): Promise<(SweepRow & { counts: StateCounts })[]> {
  return ask(database, async () => {
    const rows = await database.select().from(sweeps).orderBy(desc(sweeps.createdAt), asc(sweeps.name));
    const counted = await database
      .select({ sweepId: trials.sweepId, state: trials.state, trials: count() })
      .from(trials)
      .groupBy(trials.sweepId, trials.state);
    return rows.map((row) => ({ ...row, counts: tally(counted.filter(({ sweepId }) => sweepId === row.id)) }));
  });
}

/** Start and end are stamped as the state passes through them; an ended sweep that runs again has no end. */
export async function setSweepState(
  database: Database,
  { sweepId, state, error = null }: { sweepId: string; state: SweepState; error?: string | null },
): Promise<void> {
  const ended = state !== 'waiting' && state !== 'running';
  await ask(database, () =>
    database
      .update(sweeps)
      .set({
        state,
        error,
        ...(state === 'running' ? { startedAt: sql`coalesce(${sweeps.startedAt}, now())` } : {}),
        finishedAt: ended ? sql`case when ${sweeps.state} = ${state} then ${sweeps.finishedAt} else now() end` : null,
      })
      .where(eq(sweeps.id, sweepId)),
  );
}

export async function countStates(database: Database, sweepId: string): Promise<StateCounts> {
  const counted = await ask(database, () =>
    database
      .select({ state: trials.state, trials: count() })
      .from(trials)
      .where(eq(trials.sweepId, sweepId))
      .groupBy(trials.state),
  );
  return tally(counted);
}

function tally(counted: { state: TrialState; trials: number }[]): StateCounts {
  const zeros = Object.fromEntries(TRIAL_STATES.map((state) => [state, 0])) as StateCounts;
  return counted.reduce((counts, { state, trials: n }) => ({ ...counts, [state]: n }), zeros);
}

async function sameSweep(transaction: Transaction, asked: NewSweep): Promise<SweepRow> {
  const [stored] = await transaction.select().from(sweeps).where(eq(sweeps.name, asked.name));
  if (!stored) throw new QueryError(`Expected sweep \`${asked.name}\` to stay, found it deleted meanwhile.`, undefined);
  if (stored.contentHash === contentHash(asked.trials)) return stored;
  const keys = await transaction.select({ key: trials.trialKey }).from(trials).where(eq(trials.sweepId, stored.id));
  throw new SweepExistsError(
    asked.name,
    differences(
      { ...stored, keys: keys.map(({ key }) => key) },
      { ...identityOf(asked), keys: asked.trials.map(({ trialKey }) => trialKey) },
    ),
  );
}

function identityOf({ name, source, spec, trials: [first] }: NewSweep) {
  return { name, source, spec, backbone: spec.backbone, backboneFingerprint: first?.trial.backbone.fingerprint ?? '' };
}

function contentHash(planned: PlannedTrial[]): string {
  const keys = planned.map(({ trialKey }) => trialKey).sort();
  return createHash('sha256').update(keys.join('\n')).digest('hex');
}

function nearest(asked: string, rows: { name: string }[]): string[] {
  return rows
    .map(({ name }) => ({ name, far: distance(asked, name) }))
    .sort((one, other) => one.far - other.far)
    .slice(0, 3)
    .map(({ name }) => name);
}
