// Markdown (GitHub's tables), in which a name is text whatever stands in it.
import { spelled, type Column, type Table } from './table.ts';

export function writeMarkdown({ columns, rows }: Table): string {
  const heads = columns.map(({ name }) => escapeMarkdown(name));
  return markdownRows(
    columns,
    heads,
    rows.map((cells) => cells.map((cell) => escapeMarkdown(spelled(cell)))),
  );
}

/** @param cells Markdown already */
export function markdownRows(
  columns: readonly Pick<Column, 'type'>[],
  heads: readonly string[],
  cells: readonly (readonly string[])[],
): string {
  const rules = columns.map(({ type }) => (type === 'integer' || type === 'number' ? '---:' : '---'));
  return [heads, rules, ...cells].map((row) => `| ${row.join(' | ')} |\n`).join('');
}

/** Pipes would end a cell, line ends the table; the rest would be markup or HTML. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*_{}[\]|~$#]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/\s*[\r\n]+\s*/g, ' ');
}
