// Parquet, column by column with its type, as pandas, Arrow and DuckDB read it.
import { type BasicType, type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import type { Cell, Column, ColumnType, Table } from './table.ts';

const TYPES: Record<ColumnType, BasicType> = {
  text: 'STRING',
  integer: 'INT64',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  time: 'TIMESTAMP',
};

/** Every column may have gaps: what a trial lacks is null there, never 0. */
export function writeParquet({ columns, rows }: Table): Uint8Array {
  const columnData = columns.map((column, index): ColumnSource => ({
    name: column.name,
    data: rows.map((cells) => stored(cells[index] ?? null, column)),
    type: TYPES[column.type],
    nullable: true,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

function stored(cell: Cell, { type }: Column): Cell | bigint {
  return typeof cell === 'number' && type === 'integer' ? BigInt(cell) : cell;
}
