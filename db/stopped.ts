// What stopping rules ended: counted, so that nothing is taken for more than it is.
import { and, count, eq, sql } from 'drizzle-orm';
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
  const { configurationKey, stopReason, state } = trials;
  const rule = sql<StoppingRule | null>`${stopReason} ->> 'rule'`;
  const rows = await ask(database, () =>
    database
      .select({ configurationKey, rule, trials: count() })
      .from(trials)
      .where(and(eq(trials.sweepId, sweepId), eq(state, 'stopped-early')))
      .groupBy(configurationKey, rule),
  );
  return {
    trials: rows.reduce((sum, row) => sum + row.trials, 0),
    rules: [...new Set(rows.flatMap((row) => row.rule ?? []))].sort(),
    configurations: new Set(rows.map((row) => row.configurationKey)),
  };
}

/** Those that ran on all their seeds; all of them where there is none. */
export function preferWhole<Row extends { configurationKey: string }>(
  rows: readonly Row[],
  { configurations }: Stopped,
): readonly Row[] {
  const whole = rows.filter(({ configurationKey }) => !configurations.has(configurationKey));
  return whole.length > 0 ? whole : rows;
}
