// Learning curves: those of the best trials one by one, and of all trials of a method what half of them do.
import { sql } from 'drizzle-orm';
import type { Database } from '../client.ts';
import { askRows, ofFacet, type Facet } from './facets.ts';

export interface CurvePoint {
  position: number;
  method: string;
  step: number;
  score: number;
}

/** Of the trials that are best on dev, dev scores by step. Trials that still run take part with what they have. */
export function listCurves(database: Database, facet: Facet, trials: number): Promise<CurvePoint[]> {
  return askRows(
    database,
    sql`
      with shown as (
        select id, position, method from trials
        where ${ofFacet(facet)} and state in ('complete', 'running')
        order by state = 'running' desc, dev_score desc nulls last, position limit ${trials})
      select shown.position, shown.method, evaluations.step, evaluations.score
      from shown join evaluations on evaluations.trial_id = shown.id and evaluations.split = 'dev'
      order by shown.position, evaluations.step`,
  );
}

export interface CurveBand {
  method: string;
  step: number;
  trials: number;
  /** A quarter of the trials are below, half, three quarters. */
  low: number;
  middle: number;
  high: number;
}

export function listCurveBands(database: Database, facet: Facet): Promise<CurveBand[]> {
  return askRows(
    database,
    sql`
      select shown.method, evaluations.step, count(*)::integer as trials,
        percentile_cont(0.25) within group (order by evaluations.score) as low,
        percentile_cont(0.5) within group (order by evaluations.score) as middle,
        percentile_cont(0.75) within group (order by evaluations.score) as high
      from (select id, method from trials where ${ofFacet(facet)} and attempt > 0) as shown
      join evaluations on evaluations.trial_id = shown.id and evaluations.split = 'dev'
      group by shown.method, evaluations.step order by shown.method, evaluations.step`,
  );
}
