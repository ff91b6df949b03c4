// How much work the kills cost: a log in Postgres of the step that each attempt reached, which rows alone do not tell once
// a later attempt has overwritten them.
import { sql } from 'drizzle-orm';
import { type Database, ask } from '../../db/client.ts';
import { findSweep } from '../../db/sweeps.ts';
import type { SweepName } from './ground.ts';

export interface Repeated {
  /** Attempts that followed one which had got somewhere. */
  attempts: number;
  /** Steps that one of them did again, as far as Postgres had heard of them. */
  most: number;
  mean: number;
}

const LOGGED = ['metrics', 'evaluations'];

/** From now on the log is kept, for every sweep. */
export async function logSteps(database: Database): Promise<void> {
  await ask(database, async () => {
    await database.execute(sql`
      create table chaos_reached (trial_id uuid, attempt integer, step integer not null, primary key (trial_id, attempt))`);
    await database.execute(sql`
      create function chaos_reach() returns trigger language plpgsql as $$
      begin
        insert into chaos_reached values (new.trial_id, new.attempt, new.step)
        on conflict (trial_id, attempt) do update set step = greatest(chaos_reached.step, excluded.step);
        return null;
      end $$`);
    for (const table of LOGGED) {
      await database.execute(
        sql`create trigger chaos_reach after insert or update on ${sql.identifier(table)} for each row execute function chaos_reach()`,
      );
    }
  });
}

/** The furthest step of the attempts before, less the one that it went on from. */
export async function readRepeated(database: Database, name: SweepName): Promise<Repeated> {
  const { id } = await findSweep(database, name);
  const { rows } = await ask(database, () =>
    database.execute<{ attempts: number; most: number; mean: number }>(sql`
      with repeated as (
        select greatest(max(reached.step) - coalesce(attempts.resumed_from_step, 0), 0) as steps
        from attempts
        join trials on trials.id = attempts.trial_id and trials.sweep_id = ${id}
        join chaos_reached reached on reached.trial_id = attempts.trial_id and reached.attempt < attempts.attempt
        group by attempts.trial_id, attempts.attempt, attempts.resumed_from_step)
      select count(*)::int as attempts, coalesce(max(steps), 0)::int as most, coalesce(avg(steps), 0)::float8 as mean
      from repeated`),
  );
  return rows[0] ?? { attempts: 0, most: 0, mean: 0 };
}
