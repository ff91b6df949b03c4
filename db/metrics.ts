// Metrics: the curves of a trial, a point a step.
import { asc, eq, sql } from 'drizzle-orm';
import type { MetricPoint } from '../training/messages.ts';
import { type Database, ask } from './client.ts';
import { type AttemptOf, fenced } from './fence.ts';
import { metrics } from './schema.ts';

/** Rows of one statement; Postgres takes at most 65,535 values in it. */
const BATCH = 1000;

/** One row a name and step: the later value stays. @throws StaleAttemptError */
export function recordMetrics(
  database: Database,
  { trialId, attempt, points }: AttemptOf & { points: MetricPoint[] },
): Promise<void> {
  // One statement must not touch a row twice.
  const latest = [...new Map(points.map((point) => [`${point.name} ${point.step}`, point])).values()];
  return fenced(database, { trialId, attempt }, async (transaction) => {
    for (let from = 0; from < latest.length; from += BATCH) {
      const rows = latest.slice(from, from + BATCH).map((point) => ({ ...point, trialId, attempt }));
      await transaction
        .insert(metrics)
        .values(rows)
        .onConflictDoUpdate({
          target: [metrics.trialId, metrics.name, metrics.step],
          set: { value: sql`excluded.value`, attempt: sql`excluded.attempt` },
        });
    }
  });
}

export function listMetrics(database: Database, trialId: string): Promise<MetricPoint[]> {
  return ask(database, () =>
    database
      .select({ step: metrics.step, name: metrics.name, value: metrics.value })
      .from(metrics)
      .where(eq(metrics.trialId, trialId))
      .orderBy(asc(metrics.name), asc(metrics.step)),
  );
}
