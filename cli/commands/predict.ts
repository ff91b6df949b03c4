import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { INPUT_FORMS, label, readExported, type Labelled, type PredictInput } from '../../control/predict.ts';
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

export const predictCommand: Command = {
  name: 'predict',
  summary: 'label new texts with what `export` wrote; needs neither Temporal nor Postgres',
  arguments: [],
  options: {
    model: { help: 'folder that `export` wrote; needed', value: { name: 'folder' } },
    input: { help: 'file with texts, - for standard input', value: { name: 'file', otherwise: '-' } },
    form: {
      help: 'text: one text a line; others: a column a field of the template, called as in the training data or as the field (else as the file is called, and as fits the fields where that ends in nothing or .txt)',
      value: { name: 'form', oneOf: INPUT_FORMS },
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
  const form = INPUT_FORMS.find((one) => one === values['form']) ?? formOf(path, fields);
  if (path === '-') return { source: 'standard input', bytes: await terminal.readInput(), form };
  try {
    return { source: path, bytes: await readFile(path), form };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new UsageError(`Expected texts at \`${path}\`, found no file that can be read (${code}).`);
  }
}

/** What the file's name says; where it says nothing, the plainest form that has room for every field. @throws UsageError */
function formOf(path: string, fields: readonly string[]): PredictInput['form'] {
  const extension = extname(path).slice(1).toLowerCase();
  const named = INPUT_FORMS.find((form) => form === extension);
  if (named !== undefined) return named;
  if (extension === '' || extension === 'txt') return fields.length === 1 ? 'text' : 'jsonl';
  throw new UsageError(
    `Expected \`${path}\` to end in .txt, .tsv, .csv or .jsonl, found \`.${extension}\`. \`--form\` says what it holds: ${INPUT_FORMS.join(', ')}.`,
  );
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
    whenEmpty: '', // an input without texts is refused
  });
}

function recordOf({ fields, label: found, labelWord, probability }: Labelled): Record<string, Cell> {
  return { ...fields, label: found, labelWord, probability };
}

const SHOWN = 60;

function abridged(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}
