// What stopping rules ended: counted, so that nothing is taken for more than it is.
import { and, count, eq, sql, type SQL } from 'drizzle-orm';
import type { StoppingRule } from '../sweep/stopping/rule.ts';
import { type Database, ask } from './client.ts';
import { trials } from './schema.ts';

export interface Stopped {
  trials: number;
  rules: StoppingRule[];
  /** Configurations with a trial that was stopped: the mean over their other seeds is too good. */
  configurations: ReadonlySet<string>;
}

export async function listStopped(database: Database, sweepId: string): Promise<Stopped> {
  const { configurationKey, stopReason } = trials;
  const rule = sql<StoppingRule | null>`${stopReason} ->> 'rule'`;
  const rows = await ask(database, () =>
    database
      .select({ configurationKey, rule, trials: count() })
      .from(trials)
      .where(wasStopped(sweepId))
      .groupBy(configurationKey, rule),
  );
  return {
    trials: rows.reduce((sum, row) => sum + row.trials, 0),
    rules: [...new Set(rows.flatMap((row) => row.rule ?? []))].sort(),
    configurations: new Set(rows.map((row) => row.configurationKey)),
  };
}

function wasStopped(sweepId: string): SQL | undefined {
  return and(eq(trials.sweepId, sweepId), eq(trials.state, 'stopped-early'));
}

/** Those that ran on all their seeds; all of them where there is none. */
export function preferWhole<Row extends { configurationKey: string }>(
  rows: readonly Row[],
  { configurations }: Stopped,
): readonly Row[] {
  const whole = rows.filter(({ configurationKey }) => !configurations.has(configurationKey));
  return whole.length > 0 ? whole : rows;
}

export interface MeansChoice {
  /** A condition on `configuration_means`. */
  where: SQL;
  /** Columns: of each of their values the whole ones are preferred by themselves. */
  among: SQL;
}

/** `preferWhole` where Postgres chooses: a table in place of `configuration_means`. */
export function preferredMeans({ where, among }: MeansChoice): SQL {
  return sql`(
    select * from (
      select *, bool_or(is_whole) over (partition by ${among}) as has_whole
      from configuration_means where ${where}) as means
    where is_whole or not has_whole) as means`;
}
