// Who worked on a sweep, and when.
import { sql } from 'drizzle-orm';
import type { AttemptState } from '../../sweep/states.ts';
import type { Database } from '../client.ts';
import { askRows } from './facets.ts';

export interface WorkedTime {
  worker: string;
  position: number;
  attempt: number;
  state: AttemptState;
  startedAt: Date;
  /** Of a running attempt: now, as Postgres has it. */
  endedAt: Date;
}

/** The attempts that began last, oldest first. */
export async function listWorkedTimes(database: Database, sweepId: string, limit: number): Promise<WorkedTime[]> {
  const rows = await askRows<Omit<WorkedTime, 'startedAt' | 'endedAt'> & { from: number; until: number }>(
    database,
    sql`
      select attempts.worker, trials.position, attempts.attempt, attempts.state,
        (extract(epoch from attempts.started_at) * 1000)::float8 as from,
        (extract(epoch from coalesce(attempts.finished_at, now())) * 1000)::float8 as until
      from trials join attempts on attempts.trial_id = trials.id
      where trials.sweep_id = ${sweepId}
      order by attempts.started_at desc, trials.position limit ${limit}`,
  );
  return rows
    .map(({ from, until, ...row }) => ({ ...row, startedAt: new Date(from), endedAt: new Date(until) }))
    .reverse();
}

export interface DeviceUse {
  device: string;
  worker: string;
  running: number;
  complete: number;
  /** Failed, superseded or halted. */
  other: number;
}

export function listDevices(database: Database, sweepId: string): Promise<DeviceUse[]> {
  return askRows(
    database,
    sql`
      select attempts.device, attempts.worker,
        (count(*) filter (where attempts.state = 'running'))::integer as running,
        (count(*) filter (where attempts.state = 'complete'))::integer as complete,
        (count(*) filter (where attempts.state not in ('running', 'complete')))::integer as other
      from trials join attempts on attempts.trial_id = trials.id
      where trials.sweep_id = ${sweepId}
      group by attempts.device, attempts.worker order by running desc, complete desc, attempts.worker limit 100`,
  );
}
