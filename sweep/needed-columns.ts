// Pure: the columns that a table needs, on a terminal and on a page.

/** What is the same in every row needs no column. */
export function whereVarying<Row, Column extends { cell: (row: Row) => unknown }>(
  rows: readonly Row[],
  column: Column,
): Column[] {
  return new Set(rows.map(column.cell)).size > 1 ? [column] : [];
}

/** What no row has needs none either. */
export function whereGiven<Row, Column extends { cell: (row: Row) => unknown }>(
  rows: readonly Row[],
  column: Column,
): Column[] {
  return rows.some((row) => column.cell(row) !== null) ? [column] : [];
}
