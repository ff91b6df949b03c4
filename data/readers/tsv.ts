// Tab-separated values with a header, as GLUE has them: a quotation mark is a character like any other.
import { numberedLines, readText } from './text.ts';
import type { Table } from './table.ts';

export async function readTsv(file: string): Promise<Table> {
  return parseTsv(await readText(file));
}

export function parseTsv(content: string): Table {
  const [header, ...lines] = numberedLines(content);
  const table: Table = { columns: header?.text.split('\t') ?? [], rows: [], broken: [] };
  for (const { line, text } of lines) {
    const cells = text.split('\t');
    if (cells.length === table.columns.length) {
      table.rows.push({ line, values: Object.fromEntries(table.columns.map((column, i) => [column, cells[i]])) });
    } else {
      table.broken.push({ line, reason: `${cells.length} values instead of ${table.columns.length}` });
    }
  }
  return table;
}
