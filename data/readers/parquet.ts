// Parquet, as the Hub keeps its data sets. Only the mapped columns are read.
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { DataError } from '../error.ts';
import type { Table } from './table.ts';

export async function readParquet(file: string, wanted: string[]): Promise<Table> {
  const buffer = await asyncBufferFromFile(file);
  try {
    const metadata = await parquetMetadataAsync(buffer);
    const columns = parquetSchema(metadata).children.map((child) => child.element.name);
    const present = wanted.filter((column) => columns.includes(column));
    const objects = await parquetReadObjects({ file: buffer, metadata, columns: present, compressors });
    return { columns, rows: objects.map((values, index) => ({ line: index + 1, values })), broken: [] };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new DataError(`Expected \`${file}\` to be a whole Parquet file, found: ${found}`);
  }
}
