import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { label, readExported, type Labelled, type PredictInput } from '../../control/predict.ts';
import {
  FORMATS,
  formatOf,
  JSON_OPTION,
  neededValue,
  UsageError,
  type Call,
  type Command,
  type Format,
} from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { print, type Cell } from '../print.ts';
import { sourcesOf } from '../sources.ts';
import { percent } from '../../sweep/numbers.ts';

const FORMS = ['text', 'tsv', 'csv', 'jsonl'] as const;
type Form = (typeof FORMS)[number];

export const predictCommand: Command = {
  name: 'predict',
  summary: 'label new texts with what `export` wrote; needs neither Temporal nor Postgres',
  arguments: [],
  options: {
    model: { help: 'folder that `export` wrote; needed', value: { name: 'folder' } },
    input: { help: 'file with texts, - for standard input', value: { name: 'file', otherwise: '-' } },
    form: {
      help: 'text: one text a line; others: a column a field of the template (else as the file is called, or as fits the fields)',
      value: { name: 'form', oneOf: FORMS },
    },
    backbone: { help: 'where the backbone is, if not where the card says', value: { name: 'backbone' } },
    format: { help: 'how to print', value: { name: 'format', oneOf: [...FORMATS, 'jsonl'], otherwise: 'table' } },
    json: JSON_OPTION,
  },
  run: async (call) => {
    const { terminal, values, flags } = call;
    const model = await readExported(neededValue(call, 'model', 'a folder that `lpt-sweep export` wrote'));
    const { rows, shortened } = await label({
      model,
      input: await readInput(call, model.fields),
      ...(values['backbone'] === undefined ? {} : { backbone: values['backbone'] }),
      resolveBackbone: sourcesOf(terminal).resolveBackbone,
      signal: terminal.signal,
    });
    if (shortened > 0) {
      terminal.say(
        `Note: ${shortened} of ${rows.length} texts are longer than the backbone can read, and lost their end.`,
      );
    }
    const isLines = values['format'] === 'jsonl' && !flags.has('json');
    terminal.write(isLines ? asLines(rows) : asFormat(formatOf(call), rows, model.fields));
    return DONE;
  },
};

async function readInput({ terminal, values }: Call, fields: readonly string[]): Promise<PredictInput> {
  const path = values['input'] ?? '-';
  const form = FORMS.find((one) => one === values['form']) ?? formOf(path, fields);
  if (path === '-') return { source: 'standard input', bytes: await terminal.readInput(), form };
  try {
    return { source: path, bytes: await readFile(path), form };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new UsageError(`Expected texts at \`${path}\`, found no file that can be read (${code}).`);
  }
}

/** What the file's name says; else the plainest form that has room for every field. */
function formOf(path: string, fields: readonly string[]): Form {
  const extension = extname(path).slice(1).toLowerCase();
  return FORMS.find((form) => form === extension) ?? (fields.length === 1 ? 'text' : 'jsonl');
}

function asLines(rows: readonly Labelled[]): string {
  return rows.map((row) => `${JSON.stringify(recordOf(row))}\n`).join('');
}

function asFormat(format: Format, rows: readonly Labelled[], fields: readonly string[]): string {
  return print(format, {
    rows,
    columns: [
      ...fields.map((field) => ({ title: field, cell: (row: Labelled) => abridged(row.fields[field] ?? '') })),
      { title: 'label', cell: (row) => row.label },
      { title: 'word', cell: ({ labelWord }) => labelWord },
      { title: '%', cell: ({ probability }) => percent(probability), isNumber: true },
    ],
    record: recordOf,
    whenEmpty: 'There are no texts.',
  });
}

function recordOf({ fields, label: found, labelWord, probability }: Labelled): Record<string, Cell> {
  return { ...fields, label: found, labelWord, probability };
}

const SHOWN = 60;

function abridged(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}
