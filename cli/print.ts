// The same rows as a table for people, as JSON, or as CSV.
import Table from 'cli-table3';
import { csvCell } from '../exports/csv.ts';
import type { Format } from './command.ts';

export type Cell = string | number | boolean | null;

export interface Column<Row> {
  title: string;
  cell: (row: Row) => Cell;
  /** Numbers stand right. */
  isNumber?: boolean;
}

export interface Printable<Row> {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  /** What JSON and CSV carry, one flat object a row; the table's own cells where absent. */
  record?: (row: Row) => Record<string, Cell>;
  /** The names in `record`, and the head of a CSV without rows. What a record does not say is null. */
  fields?: readonly string[];
  /** Said instead of an empty table. */
  whenEmpty: string;
}

export function print<Row>(format: Format, { rows, columns, record, fields = [], whenEmpty }: Printable<Row>): string {
  const absent = Object.fromEntries(fields.map((name) => [name, null]));
  const toRecord = (row: Row): Record<string, Cell> =>
    record ? { ...absent, ...record(row) } : Object.fromEntries(columns.map(({ title, cell }) => [title, cell(row)]));
  if (format === 'json') return `${JSON.stringify(rows.map(toRecord), null, 2)}\n`;
  if (format === 'csv') return csv(rows.map(toRecord), record ? fields : columns.map(({ title }) => title));
  if (rows.length === 0) return `${whenEmpty}\n`;
  return `${table(rows, columns)}\n`;
}

function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const drawn = new Table({
    head: columns.map(({ title }) => title),
    colAligns: columns.map(({ isNumber }) => (isNumber === true ? 'right' : 'left')),
    // No colour: it would have to be right on every background, and says nothing that the words do not.
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) drawn.push(columns.map(({ cell }) => shown(cell(row))));
  return drawn.toString();
}

function shown(cell: Cell): string {
  return cell === null ? '–' : String(cell);
}

function csv(records: readonly Record<string, Cell>[], titles: readonly string[]): string {
  const head = records[0] === undefined ? titles : Object.keys(records[0]);
  const lines = records.map((record) => head.map((key) => csvCell(record[key] ?? null)).join(','));
  return head.length === 0 ? '' : `${[head.map(csvCell).join(','), ...lines].join('\n')}\n`;
}
