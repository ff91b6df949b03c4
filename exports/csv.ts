// CSV (RFC 4180) that a spreadsheet shows and never runs.
import { spelled, type Cell, type Table } from './table.ts';

export function writeCsv({ columns, rows }: Table): string {
  const lines = [columns.map(({ name }) => name), ...rows];
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\n`).join('');
}

/** What a spreadsheet takes for a formula: `=`, `+`, `-`, `@`, and blanks that it drops in front of them (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r\n]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A text that would be run begins with an apostrophe, by which spreadsheets know text; numbers stay what they are. */
export function csvCell(cell: Cell): string {
  const text = spelled(cell);
  const harmless = typeof cell === 'string' && FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
