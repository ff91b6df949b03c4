// One JSON object a line.
import { numberedLines, readText } from './text.ts';
import type { Table } from './table.ts';

export async function readJsonl(file: string): Promise<Table> {
  return parseJsonl(await readText(file));
}

export function parseJsonl(content: string): Table {
  const table: Table = { columns: [], rows: [], broken: [] };
  const columns = new Set<string>();
  for (const { line, text } of numberedLines(content)) {
    const values = parseObject(text);
    if (values === null) {
      table.broken.push({ line, reason: 'not a JSON object' });
      continue;
    }
    for (const column of Object.keys(values)) columns.add(column);
    table.rows.push({ line, values });
  }
  table.columns = [...columns];
  return table;
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
