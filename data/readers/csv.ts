// Comma-separated values with a header and RFC 4180 quoting.
import { type CsvError, parse } from 'csv-parse/sync';
import { readText } from './text.ts';
import type { Table } from './table.ts';

interface Parsed {
  record: string[];
  info: { lines: number };
}

export async function readCsv(file: string): Promise<Table> {
  return parseCsv(await readText(file));
}

export function parseCsv(content: string): Table {
  const broken: Table['broken'] = [];
  const parsed = parse(content, {
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      broken.push({ line: lineOf(error), reason: reasonOf(error) });
      return undefined;
    },
  }) as unknown as Parsed[];
  const [header, ...records] = parsed;
  const table: Table = { columns: header?.record ?? [], rows: [], broken };
  for (const { record, info } of records) {
    if (record.length === table.columns.length) {
      const values = Object.fromEntries(table.columns.map((column, i) => [column, record[i]]));
      table.rows.push({ line: info.lines, values });
    } else {
      broken.push({ line: info.lines, reason: `${record.length} values instead of ${table.columns.length}` });
    }
  }
  return table;
}

/** Without the value, which is a text of the data. */
function reasonOf(error: CsvError | undefined): string {
  return error?.message.replace(/,? value is .*$/s, '') ?? 'not readable';
}

function lineOf(error: CsvError | undefined): number {
  const lines: unknown = error?.['lines'];
  return typeof lines === 'number' ? lines : 0;
}
