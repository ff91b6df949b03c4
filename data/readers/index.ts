// Labelled examples from a file of any of the four forms, with every broken line counted before anything is trained.
import { extname } from 'node:path';
import { DataError, MissingColumnError } from '../error.ts';
import type { Example } from '../example.ts';
import { readCsv } from './csv.ts';
import { readJsonl } from './jsonl.ts';
import { readParquet } from './parquet.ts';
import type { BrokenLine, Table } from './table.ts';
import { readTsv } from './tsv.ts';

export interface Source {
  /** The form is told by the extension: tsv, csv, jsonl or parquet. */
  file: string;
  /** Field → column. A field without an entry is read from the column of its own name. */
  columns: Record<string, string>;
  /** The template's fields, without the label. */
  fields: readonly string[];
}

const READERS: Record<string, (file: string, wanted: string[]) => Promise<Table>> = {
  '.tsv': readTsv,
  '.csv': readCsv,
  '.jsonl': readJsonl,
  '.parquet': readParquet,
};
const BROKEN_LINES_SHOWN = 5;

/** @throws DataError naming the missing column, or the first broken lines and their number. */
export async function readExamples({ file, columns, fields }: Source): Promise<Example[]> {
  const read = READERS[extname(file).toLowerCase()];
  if (!read) {
    const known = Object.keys(READERS).join(', ');
    throw new DataError(`Expected \`${file}\` to end in one of ${known}, found "${extname(file)}".`);
  }
  const columnOf = new Map([...fields, 'label'].map((field) => [field, columns[field] ?? field]));
  const table = await read(file, [...columnOf.values()]).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  return wholeRows(file, table, columnOf).map(({ label = '', ...fields }) => ({ fields, label }));
}

/**
 * The rows of a table as field → text.
 * @param source what errors call it @param columnOf field → column
 * @throws DataError naming the missing column, or the first broken lines and their number
 */
export function wholeRows(source: string, table: Table, columnOf: Map<string, string>): Record<string, string>[] {
  checkColumns(source, table, columnOf);
  const { rows, broken } = toRows(table, columnOf);
  if (broken.length > 0) throw new DataError(brokenLinesMessage(source, broken, table));
  return rows;
}

function checkColumns(file: string, table: Table, columnOf: Map<string, string>): void {
  for (const [field, column] of columnOf) {
    if (table.columns.includes(column) || table.columns.length === 0) continue;
    const found = table.columns.map((name) => `\`${name}\``).join(', ');
    const expected = `a column \`${column}\` for the field \`${field}\` in \`${file}\``;
    throw new MissingColumnError(field, `Expected ${expected}, found ${found}.`);
  }
  if (table.rows.length === 0 && table.broken.length === 0) {
    throw new DataError(`Expected examples in \`${file}\`, found none.`);
  }
}

function toRows(table: Table, columnOf: Map<string, string>) {
  const rows: Record<string, string>[] = [];
  const broken = [...table.broken];
  for (const { line, values } of table.rows) {
    const texts: [string, string | null][] = [...columnOf].map(([field, column]) => [field, asText(values[column])]);
    const missing = texts.find(([field, text]) => text === null || (field === 'label' && text === ''));
    if (missing) {
      broken.push({ line, reason: `no \`${columnOf.get(missing[0]) ?? missing[0]}\`` });
      continue;
    }
    rows.push(Object.fromEntries(texts.map(([field, text]) => [field, text ?? ''])));
  }
  return { rows, broken: broken.sort((a, b) => a.line - b.line) };
}

function asText(value: unknown): string | null {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return null;
}

function brokenLinesMessage(file: string, broken: BrokenLine[], table: Table): string {
  const shown = broken.slice(0, BROKEN_LINES_SHOWN).map(({ line, reason }) => `line ${line} (${reason})`);
  const rest = broken.length > shown.length ? `, and ${broken.length - shown.length} more` : '';
  const lines = table.rows.length + table.broken.length;
  return `Expected every line of \`${file}\` to be whole, found ${broken.length} broken of ${lines}: ${shown.join(', ')}${rest}.`;
}

function unreadable(file: string, error: unknown): Error {
  if (error instanceof DataError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new DataError(`Expected to read \`${file}\`, found ${code}.`);
}
