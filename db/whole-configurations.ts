// Of a configuration of which a trial was cut short the better seeds are left, so its mean is too good: others are preferred.
import { sql, type SQL } from 'drizzle-orm';

/** Those that are whole; all of them where there is none. */
export function preferWhole<Row extends { isWhole: boolean }>(rows: readonly Row[]): readonly Row[] {
  const whole = rows.filter(({ isWhole }) => isWhole);
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
