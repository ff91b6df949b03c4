// What Postgres says is under way: looked at beside Temporal, and taken back where nobody is behind it.
import { and, asc, eq, inArray, or, sql, type SQL } from 'drizzle-orm';
import { isOpen, OPEN_STATES, type TrialState } from '../sweep/states.ts';
import { AS_TOLD } from './as-told.ts';
import { supersede } from './attempts.ts';
import { type Database, ask } from './client.ts';
import { attempts, sweeps, trials } from './schema.ts';
import { type SweepRow, lockSweep } from './sweeps.ts';

export interface UnderWayQuery {
  /** One sweep alone. */
  sweepId?: string | undefined;
  /** Younger ones, and such as have just ended, are left out: by Postgres's clock, the only one that all share. */
  olderThanS: number;
}

/** Sweeps that are not over, and ended ones with a trial that still runs. Oldest first. */
export function listUnderWay(database: Database, { sweepId, olderThanS }: UnderWayQuery): Promise<SweepRow[]> {
  return ask(database, () =>
    database
      .select()
      .from(sweeps)
      .where(
        and(
          sweepId === undefined ? undefined : eq(sweeps.id, sweepId),
          isOlderThan(olderThanS),
          or(inArray(sweeps.state, OPEN_STATES), hasRunningTrial),
        ),
      )
      .orderBy(asc(sweeps.createdAt), asc(sweeps.name)),
  );
}

/** The sweep where it has ended, and nothing of it runs on; `unknown` where no sweep has this id. */
export async function findEnded(
  database: Database,
  { sweepId, olderThanS }: UnderWayQuery & { sweepId: string },
): Promise<SweepRow | 'unknown' | null> {
  const [found] = await ask(database, () =>
    database
      .select({
        row: sweeps,
        isQuiet: sql<boolean>`${isOlderThan(olderThanS)} and not ${hasRunningTrial}`,
      })
      .from(sweeps)
      .where(eq(sweeps.id, sweepId)),
  );
  if (found === undefined) return 'unknown';
  return found.isQuiet && !isOpen(found.row) ? found.row : null;
}

/** A running trial at one moment: by its attempt it is known again. */
export interface SeenRunning {
  id: string;
  position: number;
  attempt: number;
  /** What it becomes when it is taken back. */
  becomes: Exclude<TrialState, 'running'>;
}

export interface RunningTrial extends SeenRunning {
  /** The run of its workflow that began the attempt. */
  workflowRunId: string | null;
}

export function listRunning(database: Database, sweepId: string): Promise<RunningTrial[]> {
  const { id, position, attempt } = trials;
  const becomes = sql<SeenRunning['becomes']>`coalesce(${trials.stopAs}, 'waiting')`;
  return ask(database, () =>
    database
      .select({ id, position, attempt, becomes, workflowRunId: attempts.workflowRunId })
      .from(trials)
      .leftJoin(attempts, and(eq(attempts.trialId, id), eq(attempts.attempt, attempt)))
      .where(and(eq(trials.sweepId, sweepId), eq(trials.state, 'running')))
      .orderBy(asc(position)),
  );
}

const NOBODY = 'Nobody was behind the trial: Temporal had no workflow of it.';

/** Of those seen only what still runs with the very attempt: the others have gone on. Their attempts can no longer write. */
export function takeBack(
  database: Database,
  { sweepId, seen }: { sweepId: string; seen: SeenRunning[] },
): Promise<SeenRunning[]> {
  const isSeen = or(...seen.map(({ id, attempt }) => and(eq(trials.id, id), eq(trials.attempt, attempt))));
  return ask(database, () =>
    database.transaction(async (transaction) => {
      await lockSweep(transaction, sweepId);
      // `returning` tells the row as it is afterwards, so what it becomes is decided under the rows' locks.
      const { id, position, attempt, stopAs } = trials;
      const locked = await transaction
        .select({ id, position, attempt, stopAs })
        .from(trials)
        .where(and(eq(trials.sweepId, sweepId), eq(trials.state, 'running'), isSeen))
        .orderBy(asc(position))
        .for('update');
      const ids = locked.map((row) => row.id);
      await transaction.update(trials).set(AS_TOLD).where(inArray(id, ids));
      await supersede(transaction, ids, NOBODY);
      return locked.map(({ stopAs: as, ...trial }) => ({ ...trial, becomes: endOf(as) }));
    }),
  );
}

function endOf(stopAs: TrialState | null): SeenRunning['becomes'] {
  return stopAs === null || stopAs === 'running' ? 'waiting' : stopAs;
}

/** Since it was made, or since it ended. */
function isOlderThan(seconds: number): SQL {
  return sql`coalesce(${sweeps.finishedAt}, ${sweeps.createdAt}) <= now() - make_interval(secs => ${seconds})`;
}

const hasRunningTrial = sql`exists (select 1 from ${trials} where ${trials.sweepId} = ${sweeps.id} and ${trials.state} = 'running')`;
