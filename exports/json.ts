// JSON: one array, one object a row, scores unrounded.
import type { Table } from './table.ts';

export function writeJson({ columns, rows }: Table): string {
  const records = rows.map((cells) => Object.fromEntries(columns.map(({ name }, index) => [name, cells[index]])));
  return `${JSON.stringify(records, null, 2)}\n`;
}
