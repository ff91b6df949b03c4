// What the unfinished trials of a sweep are trained from: backbones and data, each once.
import { and, desc, eq, ne, sql } from 'drizzle-orm';
import type { BackboneReference } from '../sweep/backbone.ts';
import type { DataSource } from '../sweep/task.ts';
import { type Database, type Transaction, ask } from './client.ts';
import { trials } from './schema.ts';

export interface Inputs {
  backbones: BackboneReference[];
  data: (DataSource & { task: string })[];
}

export function listInputs(database: Database, sweepId: string): Promise<Inputs> {
  const unfinished = and(eq(trials.sweepId, sweepId), ne(trials.state, 'complete'));
  const backbone = sql<BackboneReference>`${trials.trial} -> 'backbone'`;
  const source = sql<DataSource>`${trials.trial} #> '{task,data}'`;
  return ask(database, async () => {
    const backbones = await database.selectDistinct({ backbone }).from(trials).where(unfinished);
    const data = await database.selectDistinct({ task: trials.task, source }).from(trials).where(unfinished);
    return {
      backbones: backbones.map((row) => row.backbone),
      data: data.map((row) => ({ ...row.source, task: row.task })),
    };
  });
}

/**
 * Of the sweep's backbone, where it differs from the asked one. Null where it is the same, or where one of them was made
 * when it was not kept. The last trial knows it best: others may have joined a sweep of that time.
 */
export async function otherSetupThan(
  from: Database | Transaction,
  { sweepId, setup }: { sweepId: string; setup: string | undefined },
): Promise<string | null> {
  if (setup === undefined) return null;
  const [last] = await from
    .select({ setup: sql<string | null>`${trials.trial} #>> '{backbone,setup}'` })
    .from(trials)
    .where(eq(trials.sweepId, sweepId))
    .orderBy(desc(trials.position))
    .limit(1);
  const stored = last?.setup ?? null;
  return stored === setup ? null : stored;
}
