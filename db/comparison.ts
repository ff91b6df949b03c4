// Configurations beside the baselines measured here, and the published figures.
import { and, asc, desc, eq } from 'drizzle-orm';
import { type Database, ask } from './client.ts';
import { comparison } from './views.ts';

export type ComparisonRow = typeof comparison.$inferSelect;

/** Measured pairs first, the LPT configuration best on dev on top; published figures after them. */
export function listComparison(database: Database, sweepId: string): Promise<ComparisonRow[]> {
  const { kind, task, devMean, configurationKey, baselineMethod, baselineBackbone } = comparison;
  return ask(database, () =>
    database
      .select()
      .from(comparison)
      .where(eq(comparison.sweepId, sweepId))
      .orderBy(asc(task), asc(kind), desc(devMean), asc(configurationKey), asc(baselineMethod), asc(baselineBackbone)),
  );
}

/** The published figures alone: without a measured pair being put together. One row a figure. */
export function listPublished(database: Database, sweepId: string): Promise<ComparisonRow[]> {
  const { kind, task, baselineMethod, baselineBackbone } = comparison;
  return ask(database, () =>
    database
      .select()
      .from(comparison)
      .where(and(eq(comparison.sweepId, sweepId), eq(kind, 'published')))
      .orderBy(asc(task), asc(baselineMethod), asc(baselineBackbone)),
  );
}
