import { extname, resolve } from 'node:path';
import { methodScores, viewTable, type MethodScores } from '../../control/tables.ts';
import type { Control } from '../../control/control.ts';
import { writeCsv } from '../../exports/csv.ts';
import { writeJson } from '../../exports/json.ts';
import { writeMarkdown } from '../../exports/markdown.ts';
import { writeParquet } from '../../exports/parquet.ts';
import { scoresAsLatex } from '../../exports/score-latex.ts';
import { scoresAsMarkdown } from '../../exports/score-markdown.ts';
import { scoreTable } from '../../exports/score-table.ts';
import type { Table } from '../../exports/table.ts';
import { argumentOf, JSON_OPTION, SWEEP_ARGUMENT, UsageError, type Call, type Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { refuseOccupied, writeOut } from '../out-file.ts';
import { withSession } from '../session.ts';

const FILE_FORMATS = ['csv', 'json', 'parquet', 'markdown', 'latex'] as const;
type FileFormat = (typeof FILE_FORMATS)[number];

const BY_EXTENSION: Partial<Record<string, FileFormat>> = {
  '.csv': 'csv',
  '.json': 'json',
  '.parquet': 'parquet',
  '.md': 'markdown',
  '.tex': 'latex',
};

export const tablesCommand: Command = {
  name: 'tables',
  summary: "a sweep's results for papers, spreadsheets and notebooks: CSV, JSON, Parquet, Markdown, LaTeX",
  arguments: [SWEEP_ARGUMENT],
  options: {
    table: {
      help: 'methods (by tasks, mean ± sd, n), or a view as docs/views.md has them: trial_results, configuration_means, …',
      value: { name: 'table', otherwise: 'methods' },
    },
    format: { help: "how to write; by the file's extension, else csv", value: { name: 'format', oneOf: FILE_FORMATS } },
    json: JSON_OPTION,
    out: { help: 'the file; standard output if not given', value: { name: 'file' } },
    force: { help: 'write over a file that is there' },
  },
  run: async (call) => {
    const { values, flags, terminal } = call;
    const out = values['out'] === undefined ? null : resolve(values['out']);
    const wanted = { name: values['table'] ?? 'methods', format: fileFormatOf(call) };
    refuseUnwritable(wanted, out);
    if (out !== null) refuseOccupied(out, { force: flags.has('force') });
    const content = await withSession(
      terminal,
      ({ control }) => contentOf(control, argumentOf(call, 'sweep'), wanted),
      {
        isQuiet: true,
      },
    );
    if (out !== null) {
      await writeOut(out, content);
      terminal.say(`${wanted.name} of sweep ${argumentOf(call, 'sweep')} are in ${out}.`);
    } else if (typeof content === 'string') terminal.write(content);
    return DONE;
  },
};

interface Wanted {
  name: string;
  format: FileFormat;
}

/** @throws UsageError for an extension that says nothing */
function fileFormatOf({ values: { format, out }, flags }: Call): FileFormat {
  if (flags.has('json')) return 'json';
  const named = FILE_FORMATS.find((one) => one === format);
  if (named !== undefined) return named;
  if (out === undefined) return 'csv';
  const meant = BY_EXTENSION[extname(out).toLowerCase()];
  if (meant !== undefined) return meant;
  throw new UsageError(
    `Expected \`--out\` to end in ${Object.keys(BY_EXTENSION).join(', ')}, or \`--format\`, found \`${out}\`.`,
  );
}

function refuseUnwritable({ name, format }: Wanted, out: string | null): void {
  if (format === 'parquet' && out === null)
    throw new UsageError('Expected `--out` to name a file for Parquet, which is not text, found no `--out`.');
  if (format === 'latex' && name !== 'methods')
    throw new UsageError(
      `Expected \`--table methods\` for LaTeX, found \`${name}\`, which no page is wide enough for.`,
    );
}

async function contentOf(control: Control, sweep: string, { name, format }: Wanted): Promise<string | Uint8Array> {
  if (name !== 'methods') return written(await viewTable(control, sweep, name), format);
  const methods = await methodScores(control, sweep);
  return forPeople(methods, format) ?? written(methods.table, format);
}

function forPeople({ sweep, scores, caption }: MethodScores, format: FileFormat): string | null {
  if (format === 'latex') return scoresAsLatex(scoreTable(scores), { caption, label: sweep.name });
  return format === 'markdown' ? scoresAsMarkdown(scoreTable(scores), caption) : null;
}

function written(table: Table, format: FileFormat): string | Uint8Array {
  if (format === 'parquet') return writeParquet(table);
  if (format === 'json') return writeJson(table);
  return format === 'markdown' ? writeMarkdown(table) : writeCsv(table);
}
