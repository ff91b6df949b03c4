// The published figures that stand beside a sweep's configurations.
import { and, asc, eq } from 'drizzle-orm';
import { type Database, ask } from './client.ts';
import { comparison } from './views.ts';

export type PublishedRow = typeof comparison.$inferSelect;

/** Without a measured pair being put together. One row a figure. */
export function listPublished(database: Database, sweepId: string): Promise<PublishedRow[]> {
  const { kind, task, regime, k, baselineMethod, baselineBackbone } = comparison;
  return ask(database, () =>
    database
      .select()
      .from(comparison)
      .where(and(eq(comparison.sweepId, sweepId), eq(kind, 'published')))
      .orderBy(asc(task), asc(regime), asc(k), asc(baselineMethod), asc(baselineBackbone)),
  );
}
