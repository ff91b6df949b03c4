// Baselines: published figures with their sources, from the CSV files beside this one and from people's own.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { asc, sql, type SQL } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { IndexColumn } from 'drizzle-orm/pg-core';
import { type Database, type Transaction, ask } from './client.ts';
import { readBaselines } from './baseline-file.ts';
import { baselines } from './schema.ts';

export type BaselineRow = typeof baselines.$inferSelect;

const FOLDER = join(import.meta.dirname, 'baselines');

/** Imports every committed file. A figure that is there already is brought up to date, never doubled. */
export async function importBaselines(database: NodePgDatabase): Promise<void> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.csv'));
  await store(
    database,
    files.flatMap((name) => readBaselines(readFileSync(join(FOLDER, name), 'utf8'), name)),
  );
}

/** All figures of a person's own file, or none. @returns how many @throws BaselineError naming line and column */
export function importOwnBaselines(database: Database, text: string, file: string): Promise<number> {
  const rows = readBaselines(text, file);
  return ask(database, async () => {
    await store(database, rows);
    return rows.length;
  });
}

type NewFigure = typeof baselines.$inferInsert;

async function store(database: NodePgDatabase, rows: NewFigure[]): Promise<void> {
  const { paper, paperTable, backbone, task, regime, k, method, metric } = baselines;
  const figure = [paper, paperTable, backbone, task, regime, method, metric];
  const hasK = (row: NewFigure): boolean => typeof row.k === 'number';
  await database.transaction(async (transaction) => {
    await put(transaction, rows.filter(hasK), { target: [...figure, k] });
    const without = rows.filter((row) => !hasK(row));
    await put(transaction, without, { target: figure, targetWhere: sql`k is null` });
  });
}

async function put(
  transaction: Transaction,
  rows: NewFigure[],
  once: { target: IndexColumn[]; targetWhere?: SQL },
): Promise<void> {
  if (rows.length === 0) return;
  await transaction
    .insert(baselines)
    .values(rows)
    .onConflictDoUpdate({
      ...once,
      set: {
        score: sql`excluded.score`,
        sd: sql`excluded.sd`,
        parameters: sql`excluded.parameters`,
        source: sql`excluded.source`,
      },
    });
}

export function listBaselines(database: Database): Promise<BaselineRow[]> {
  const { backbone, task, regime, k, method, paper } = baselines;
  return ask(database, () =>
    database.select().from(baselines).orderBy(asc(backbone), asc(task), asc(regime), asc(k), asc(method), asc(paper)),
  );
}
