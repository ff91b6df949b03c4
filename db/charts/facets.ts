// What a chart is about: one task under one regime, whose scores may stand on one axis.
import { type SQL, sql } from 'drizzle-orm';
import type { Regime } from '../../sweep/regime.ts';
import type { MetricName } from '../../sweep/task.ts';
import { type Database, ask } from '../client.ts';

export interface Facet {
  sweepId: string;
  task: string;
  metric: MetricName;
  regime: Regime['kind'];
  /** Null under `full`. */
  k: number | null;
  trials: number;
  complete: number;
  /** Trials that were stopped early. */
  stopped: number;
  diverged: number;
}

/** In the order of the sweep file. */
export async function listFacets(database: Database, sweepId: string): Promise<Facet[]> {
  const { rows } = await ask(database, () =>
    database.execute<Omit<Facet, 'sweepId'> & Record<string, unknown>>(sql`
      select task, metric, regime, k, count(*)::integer as trials,
        (count(*) filter (where state = 'complete'))::integer as complete,
        (count(*) filter (where state = 'stopped-early'))::integer as stopped,
        (count(*) filter (where state = 'failed' and error_kind = 'diverged'))::integer as diverged
      from trials where sweep_id = ${sweepId}
      group by task, metric, regime, k order by min(position)`),
  );
  return rows.map(({ task, metric, regime, k, trials, complete, stopped, diverged }) => {
    return { sweepId, task, metric, regime, k, trials, complete, stopped, diverged };
  });
}

/** A condition on `trials`, or on a view that has its columns: views have the metric as text. */
export function ofFacet({ sweepId, task, metric, regime, k }: Facet): SQL {
  return sql`sweep_id = ${sweepId} and task = ${task} and metric::text = ${metric} and regime = ${regime} and k is not distinct from ${k}`;
}

export async function askRows<Row extends object>(database: Database, query: SQL): Promise<Row[]> {
  const { rows } = await ask(database, () => database.execute(query));
  return rows as unknown as Row[];
}
