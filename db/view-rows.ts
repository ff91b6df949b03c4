// Any view's rows of one sweep, with the names and types that plain SQL sees.
import type { FieldDef } from 'pg';
import type { Cell, Column, ColumnType, Table } from '../exports/table.ts';
import { type Database, ask } from './client.ts';

/** Rows stand in the order of these columns, as far as the view has them. */
const ORDER = ['position', 'task', 'regime', 'k', 'kind', 'method', 'configuration_key', 'data_seed', 'train_seed'];
const THEN = ['baseline_method', 'baseline_backbone', 'source', 'split', 'name', 'step'];

/** Views that tell of sweeps, by name. */
export function listViews(database: Database): Promise<string[]> {
  return ask(database, async () => {
    const { rows } = await database.$client.query<{ name: string }>(
      `select table_name as name from information_schema.views
       join information_schema.columns using (table_schema, table_name)
       where table_schema = 'public' and column_name = 'sweep_id' order by table_name`,
    );
    return rows.map(({ name }) => name);
  });
}

/** @param view one of `listViews` */
export function readView(database: Database, { view, sweepId }: { view: string; sweepId: string }): Promise<Table> {
  return ask(database, async () => {
    const columns = await database.$client.query<{ name: string }>(
      `select column_name as name from information_schema.columns where table_schema = 'public' and table_name = $1`,
      [view],
    );
    const names = columns.rows.map(({ name }) => name);
    const order = [...ORDER, ...THEN].filter((name) => names.includes(name));
    const { fields, rows } = await database.$client.query<unknown[]>({
      text: `select * from ${quoted(view)} where sweep_id = $1 order by ${order.map(quoted).join(', ') || '1'}`,
      values: [sweepId],
      rowMode: 'array',
    });
    const typed = fields.map(columnOf);
    return { columns: typed, rows: rows.map((cells) => cells.map((cell, index) => cellOf(cell, typed[index]))) };
  });
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Postgres's own numbers of its types; the rest is text: names, ids, keys, states. */
const TYPES: Partial<Record<number, ColumnType>> = {
  16: 'boolean',
  20: 'integer',
  21: 'integer',
  23: 'integer',
  700: 'number',
  701: 'number',
  1700: 'number',
  1114: 'time',
  1184: 'time',
};

function columnOf({ name, dataTypeID }: FieldDef): Column {
  return { name, type: TYPES[dataTypeID] ?? 'text' };
}

/** The driver leaves eight-byte integers and decimals as text. */
function cellOf(cell: unknown, column: Column | undefined): Cell {
  if (cell === null || cell === undefined) return null;
  if (column?.type === 'integer' || column?.type === 'number') return Number(cell);
  if (typeof cell === 'boolean' || cell instanceof Date) return cell;
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}
