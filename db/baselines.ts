// Baselines: published figures with their sources, from the CSV files beside this one.
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { asc, sql } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { REGIMES } from '../sweep/trial.ts';
import { type Database, ask } from './client.ts';
import { baselines } from './schema.ts';

export type BaselineRow = typeof baselines.$inferSelect;

const FOLDER = join(import.meta.dirname, 'baselines');

/** Imports every committed file. A figure that is there already is brought up to date, never doubled. */
export async function importBaselines(database: NodePgDatabase): Promise<void> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.csv'));
  const rows = files.flatMap((name) => readBaselines(readFileSync(join(FOLDER, name), 'utf8'), name));
  if (rows.length === 0) return;
  await database
    .insert(baselines)
    .values(rows)
    .onConflictDoUpdate({
      target: [
        baselines.paper,
        baselines.paperTable,
        baselines.backbone,
        baselines.task,
        baselines.regime,
        baselines.method,
        baselines.metric,
      ],
      set: {
        score: sql`excluded.score`,
        sd: sql`excluded.sd`,
        parameters: sql`excluded.parameters`,
        source: sql`excluded.source`,
      },
    });
}

export function listBaselines(database: Database): Promise<BaselineRow[]> {
  return ask(database, () =>
    database
      .select()
      .from(baselines)
      .orderBy(asc(baselines.backbone), asc(baselines.task), asc(baselines.method), asc(baselines.paper)),
  );
}

type Cells = Record<'paper' | 'table' | 'backbone' | 'task' | 'regime' | 'method' | 'metric', string> &
  Record<'score' | 'sd' | 'parameters' | 'source', string>;

/** Scores stand in the file as they are printed, in percent. */
function readBaselines(text: string, file: string): (typeof baselines.$inferInsert)[] {
  const records = parse<Cells>(text, { columns: true, trim: true, skip_empty_lines: true, info: false });
  return records.map((cells, index) => {
    const where = `${file}, figure ${index + 1}`;
    const { paper, table: paperTable, backbone, task, method, metric, source } = cells;
    if (source === '') throw new Error(`Expected \`source\` of ${where} to name the paper's table, found nothing.`);
    const regime = REGIMES.find((kind) => kind === cells.regime);
    if (regime === undefined)
      throw new Error(`Expected \`regime\` of ${where} to be one of ${REGIMES.join(', ')}, found \`${cells.regime}\`.`);
    const score = number(cells.score, `score of ${where}`);
    if (score === null) throw new Error(`Expected \`score\` of ${where} to be a percentage, found nothing.`);
    const sd = number(cells.sd, `sd of ${where}`);
    return {
      id: randomUUID(),
      ...{ paper, paperTable, backbone, task, regime, method, metric, source },
      score: share(score),
      sd: sd === null ? null : share(sd),
      parameters: number(cells.parameters, `parameters of ${where}`),
    };
  });
}

/** 91.8 % is 0.918, not the 0.9179999999999999 of a binary division. */
function share(percent: number): number {
  return Number((percent / 100).toPrecision(12));
}

function number(cell: string, what: string): number | null {
  if (cell === '') return null;
  const value = Number(cell);
  if (!Number.isFinite(value)) throw new Error(`Expected ${what} to be a number, found \`${cell}\`.`);
  return value;
}
