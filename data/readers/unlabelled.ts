// Texts without labels, in any of four forms: what a trained prompt is to label.
import { DataError } from '../error.ts';
import { parseCsv } from './csv.ts';
import { wholeRows } from './index.ts';
import { parseJsonl } from './jsonl.ts';
import type { Table } from './table.ts';
import { everyLine } from './text.ts';
import { parseTsv } from './tsv.ts';

/** `text`: one text a line, empty or not, for templates with one field. The others have a column a field. */
export const INPUT_FORMS = ['text', 'tsv', 'csv', 'jsonl'] as const;
export type InputForm = (typeof INPUT_FORMS)[number];

export interface Unlabelled {
  /** What errors call it. */
  source: string;
  content: string;
  form: InputForm;
  /** The template's fields. */
  fields: readonly string[];
  /** Field → column as the training data had it; a column that bears the field's own name will do as well. */
  columns: Record<string, string>;
}

const PARSERS: Record<Exclude<InputForm, 'text'>, (content: string) => Table> = {
  tsv: parseTsv,
  csv: parseCsv,
  jsonl: parseJsonl,
};

/** @throws DataError naming the missing column, or the first broken lines and their number */
export function readUnlabelled({ source, content, form, fields, columns }: Unlabelled): Record<string, string>[] {
  const table = form === 'text' ? linesOf(content, { source, fields }) : PARSERS[form](content);
  const columnOf = fields.map((field): [string, string] => {
    const ofTraining = columns[field] ?? field;
    return [field, table.columns.includes(ofTraining) ? ofTraining : field];
  });
  return wholeRows(source, table, new Map(columnOf));
}

function linesOf(content: string, { source, fields }: Pick<Unlabelled, 'source' | 'fields'>): Table {
  const [field = '', ...others] = fields;
  if (others.length > 0) {
    throw new DataError(
      `Expected ${source} to be tsv, csv or jsonl with the columns ${fields.join(', ')}, found lines of text.`,
    );
  }
  const rows = everyLine(content).map(({ line, text }) => ({ line, values: { [field]: text } }));
  return { columns: [field], rows, broken: [] };
}
