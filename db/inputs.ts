// What the unfinished trials of a sweep are trained from: backbones and data, each once.
import { and, eq, ne, sql } from 'drizzle-orm';
import type { BackboneReference, DataSource } from '../sweep/trial.ts';
import { type Database, ask } from './client.ts';
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
