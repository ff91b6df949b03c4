// What went wrong in a sweep, sorted by kind: trials that failed, and attempts whose trials went on.
import { and, asc, count, eq, isNotNull, sql } from 'drizzle-orm';
import { ERROR_KINDS, type ErrorKind } from '../sweep/error-kinds.ts';
import { type Database, ask } from './client.ts';
import { attempts, trials } from './schema.ts';

export interface FailureGroup {
  kind: ErrorKind;
  /** Trials that failed with it for good. */
  trials: number;
  /** Attempts that it ended, of trials that failed and of such as went on. */
  attempts: number;
  /** The first in time. */
  message: string;
}

interface Counted {
  kind: ErrorKind | null;
  count: number;
  message: string | null;
  firstAt: Date | null;
}

/** Kinds that cost trials first, then those that were got over. */
export async function listFailures(database: Database, sweepId: string): Promise<FailureGroup[]> {
  const [ofTrials, ofAttempts] = await Promise.all([failedTrials(database, sweepId), endedAttempts(database, sweepId)]);
  const groups = ERROR_KINDS.flatMap((kind): FailureGroup[] => {
    const trial = ofTrials.find((row) => row.kind === kind);
    const attempt = ofAttempts.find((row) => row.kind === kind);
    const first = [trial, attempt].flatMap((row) => row ?? []).sort(byTime)[0];
    if (first === undefined) return [];
    return [{ kind, trials: trial?.count ?? 0, attempts: attempt?.count ?? 0, message: first.message ?? '' }];
  });
  return groups.sort((one, other) => other.trials - one.trials);
}

/** The first message of a sweep's failed trials of one kind; null where there is none. */
export async function firstFailure(
  database: Database,
  { sweepId, kind }: { sweepId: string; kind: ErrorKind },
): Promise<string | null> {
  const rows = await ask(database, () =>
    database
      .select({ message: trials.errorMessage })
      .from(trials)
      .where(and(eq(trials.sweepId, sweepId), eq(trials.state, 'failed'), eq(trials.errorKind, kind)))
      .orderBy(asc(trials.finishedAt), asc(trials.position))
      .limit(1),
  );
  return rows[0]?.message ?? null;
}

function failedTrials(database: Database, sweepId: string): Promise<Counted[]> {
  const { finishedAt, position, errorMessage, errorKind } = trials;
  return ask(database, () =>
    database
      .select({
        kind: errorKind,
        count: count(),
        message: sql<string | null>`(array_agg(${errorMessage} order by ${finishedAt}, ${position}))[1]`,
        firstAt: sql<Date | null>`min(${finishedAt})`.mapWith(finishedAt),
      })
      .from(trials)
      .where(and(eq(trials.sweepId, sweepId), eq(trials.state, 'failed'), isNotNull(errorKind)))
      .groupBy(errorKind),
  );
}

function endedAttempts(database: Database, sweepId: string): Promise<Counted[]> {
  const { finishedAt, attempt, errorMessage, errorKind } = attempts;
  return ask(database, () =>
    database
      .select({
        kind: errorKind,
        count: count(),
        message: sql<string | null>`(array_agg(${errorMessage} order by ${finishedAt}, ${attempt}))[1]`,
        firstAt: sql<Date | null>`min(${finishedAt})`.mapWith(finishedAt),
      })
      .from(attempts)
      .innerJoin(trials, eq(trials.id, attempts.trialId))
      .where(and(eq(trials.sweepId, sweepId), isNotNull(errorKind)))
      .groupBy(errorKind),
  );
}

function byTime(one: Counted, other: Counted): number {
  return (one.firstAt?.getTime() ?? 0) - (other.firstAt?.getTime() ?? 0);
}
