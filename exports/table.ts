// A table to be written: named, typed columns and rows of cells, whatever it is about.

/** Null: there is no such number. */
export type Cell = string | number | boolean | Date | null;

export const COLUMN_TYPES = ['text', 'integer', 'number', 'boolean', 'time'] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

export interface Column {
  name: string;
  type: ColumnType;
}

export interface Table {
  columns: readonly Column[];
  /** As many cells as there are columns. */
  rows: readonly (readonly Cell[])[];
}

/** As text that says all of it; times in UTC. */
export function spelled(cell: Cell): string {
  if (cell === null) return '';
  return cell instanceof Date ? cell.toISOString() : String(cell);
}
