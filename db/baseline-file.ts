// A CSV file of published figures, held to its columns: what is wrong is named by line and column.
import { randomUUID } from 'node:crypto';
import { CsvError, parse } from 'csv-parse/sync';
import { REGIMES, type Regime } from '../sweep/regime.ts';
import { BaselineError } from './errors.ts';
import type { baselines } from './schema.ts';

/** `sd` and `parameters` may be empty; scores stand as they are printed, in percent. A column `k` may be left out. */
const COLUMNS = [
  ...['paper', 'table', 'backbone', 'task', 'regime', 'method', 'metric'],
  ...['score', 'sd', 'parameters', 'source'],
] as const;

interface Line {
  record: string[];
  info: { lines: number };
}

/** A line's cells by column, and how to say which of them is wrong. */
interface Cells {
  text: (column: string) => string;
  wrong: (column: string, expected: string) => BaselineError;
}

/** @throws BaselineError */
export function readBaselines(text: string, file: string): (typeof baselines.$inferInsert)[] {
  const [head, ...lines] = readLines(text, file);
  if (head === undefined)
    throw new BaselineError(`Expected ${file} to begin with a line of column names, found nothing.`);
  const missing = COLUMNS.filter((column) => !head.record.includes(column));
  if (missing.length > 0)
    throw new BaselineError(
      `${file}, line ${head.info.lines}: Expected the columns ${COLUMNS.join(', ')}, found no ${missing.join(', ')}.`,
    );
  const rows = lines.map((line) => readFigure(cellsOf(line, head.record, file)));
  refuseDoubles(rows, lines, file);
  refuseShares(rows, file);
  return rows;
}

function readLines(text: string, file: string): Line[] {
  try {
    return parse(text, {
      ...{ bom: true, trim: true, info: true, skip_empty_lines: true, relax_column_count: true },
    }) as unknown as Line[];
  } catch (error) {
    if (error instanceof CsvError) throw new BaselineError(`${file}: Expected CSV, found: ${error.message}`);
    throw error;
  }
}

function cellsOf({ record, info }: Line, head: string[], file: string): Cells {
  const where = `${file}, line ${info.lines}`;
  if (record.length !== head.length)
    throw new BaselineError(`${where}: Expected ${head.length} columns, found ${record.length}.`);
  const text = (column: string): string => record[head.indexOf(column)] ?? '';
  const wrong = (column: string, expected: string): BaselineError => {
    const found = text(column) === '' ? 'nothing' : `\`${text(column)}\``;
    return new BaselineError(`${where}, column \`${column}\`: Expected ${expected}, found ${found}.`);
  };
  return { text, wrong };
}

function readFigure(cells: Cells): typeof baselines.$inferInsert {
  const filled = (column: string, expected: string): string => {
    const text = cells.text(column);
    if (text === '') throw cells.wrong(column, expected);
    return text;
  };
  const regime = REGIMES.find((kind) => kind === cells.text('regime'));
  if (regime === undefined) throw cells.wrong('regime', `one of ${REGIMES.join(', ')}`);
  const score = readNumber(cells, 'score', { expected: 'a percentage from -100 to 100', least: -100, most: 100 });
  if (score === null) throw cells.wrong('score', 'a percentage from -100 to 100');
  const sd = readNumber(cells, 'sd', { expected: 'percentage points from 0, or nothing', least: 0, most: 100 });
  const parameters = readWhole(cells, 'parameters', { expected: 'a whole number, or nothing', least: 0, most: MOST });
  return {
    id: randomUUID(),
    paper: filled('paper', 'the paper'),
    paperTable: filled('table', "the table's number in the paper"),
    backbone: filled('backbone', 'the backbone'),
    task: filled('task', 'the task'),
    regime,
    k: readK(cells, regime),
    method: filled('method', 'the method'),
    metric: filled('metric', 'the metric'),
    score: share(score),
    sd: sd === null ? null : share(sd),
    parameters,
    source: filled('source', 'where the figure is printed: a figure without a source is not kept'),
  };
}

/** With the full data there is no k to say. */
function readK(cells: Cells, regime: Regime['kind']): number | null {
  if (regime === 'full' && cells.text('k') !== '') throw cells.wrong('k', 'nothing where the regime is full');
  return readWhole(cells, 'k', { expected: 'a whole number from 1, or nothing', least: 1, most: MOST });
}

/** Of a column of whole numbers. */
const MOST = 2 ** 31 - 1;

interface Range {
  expected: string;
  least: number;
  most: number;
}

function readNumber(cells: Cells, column: string, { expected, least, most }: Range): number | null {
  const text = cells.text(column);
  if (text === '') return null;
  const value = Number(text);
  if (!(value >= least && value <= most)) throw cells.wrong(column, expected);
  return value;
}

function readWhole(cells: Cells, column: string, range: Range): number | null {
  const value = readNumber(cells, column, range);
  if (value !== null && !Number.isInteger(value)) throw cells.wrong(column, range.expected);
  return value;
}

/** One statement writes many of them, and cannot write a row twice. */
function refuseDoubles(rows: (typeof baselines.$inferInsert)[], lines: Line[], file: string): void {
  const first = new Map<string, number>();
  for (const [index, { paper, paperTable, backbone, task, regime, k, method, metric }] of rows.entries()) {
    const key = JSON.stringify([paper, paperTable, backbone, task, regime, k, method, metric]);
    const [line, before] = [lines[index]?.info.lines ?? 0, first.get(key)];
    if (before !== undefined)
      throw new BaselineError(`${file}, line ${line}: Expected each figure once, found that of line ${before} again.`);
    first.set(key, line);
  }
}

/** Nothing scores 1 % throughout, if not a Matthews correlation. */
function refuseShares(rows: (typeof baselines.$inferInsert)[], file: string): void {
  const scores = rows.flatMap(({ score, metric }) => (metric === 'matthews' ? [] : [score]));
  if (scores.length === 0 || scores.some((score) => score > 0.01)) return;
  throw new BaselineError(
    `${file}, column \`score\`: Expected percent (91.8 for a share of 0.918), found nothing above 1.`,
  );
}

/** 91.8 % is 0.918, not the 0.9179999999999999 of a binary division. */
function share(percent: number): number {
  return Number((percent / 100).toPrecision(12));
}
