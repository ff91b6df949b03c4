import { parquetReadObjects } from 'hyparquet';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { writeCsv } from '../../exports/csv.ts';
import { writeJson } from '../../exports/json.ts';
import { escapeLatex } from '../../exports/latex.ts';
import { escapeMarkdown, writeMarkdown } from '../../exports/markdown.ts';
import { writeParquet } from '../../exports/parquet.ts';
import type { Table } from '../../exports/table.ts';

const AT = new Date('2026-01-02T03:04:05.678Z');

/** Every type, a gap in each column, and a name that tries to be more than a name. */
const TABLE: Table = {
  columns: [
    { name: 'sweep', type: 'text' },
    { name: 'n', type: 'integer' },
    { name: 'test_mean', type: 'number' },
    { name: 'chosen', type: 'boolean' },
    { name: 'finished_at', type: 'time' },
  ],
  rows: [
    ['a "quoted", <b>name</b> | é', 3, 0.1 + 0.2, true, AT],
    [null, null, null, null, null],
    ['plain', -1, -0.25, false, AT],
  ],
};

describe('CSV', () => {
  test('comes back from a reader as it was, with nothing where there is nothing', () => {
    const records: unknown = parse(writeCsv(TABLE), { columns: true });
    expect(records).toEqual([
      {
        ...{ sweep: 'a "quoted", <b>name</b> | é', n: '3', test_mean: '0.30000000000000004', chosen: 'true' },
        finished_at: '2026-01-02T03:04:05.678Z',
      },
      { sweep: '', n: '', test_mean: '', chosen: '', finished_at: '' },
      { sweep: 'plain', n: '-1', test_mean: '-0.25', chosen: 'false', finished_at: '2026-01-02T03:04:05.678Z' },
    ]);
  });

  test.each([
    ['=1+1', "'=1+1"],
    ['=HYPERLINK("http://x.example","a")', `"'=HYPERLINK(""http://x.example"",""a"")"`],
    ['+cmd', "'+cmd"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', `"'\r=1"`],
    ['6+9', '6+9'],
    ['-0.5', '-0.5'],
    ['1e-3', '1e-3'],
  ])('lets no spreadsheet run %j', (text, written) => {
    const table: Table = { columns: [{ name: 'name', type: 'text' }], rows: [[text]] };
    expect(writeCsv(table)).toBe(`name\n${written}\n`);
  });

  test('leaves negative numbers numbers', () => {
    expect(writeCsv({ columns: [{ name: 'difference', type: 'number' }], rows: [[-0.5]] })).toBe('difference\n-0.5\n');
  });
});

test('JSON is an array of objects, unrounded, with null where there is nothing', () => {
  const records = JSON.parse(writeJson(TABLE)) as Record<string, unknown>[];
  expect(records[0]).toEqual({
    ...{ sweep: 'a "quoted", <b>name</b> | é', n: 3, test_mean: 0.30000000000000004, chosen: true },
    finished_at: '2026-01-02T03:04:05.678Z',
  });
  expect(Object.values(records[1] ?? {})).toEqual([null, null, null, null, null]);
});

test('Parquet keeps types, numbers to the last bit, and gaps', async () => {
  const bytes = writeParquet(TABLE);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  expect(await parquetReadObjects({ file })).toEqual([
    { sweep: 'a "quoted", <b>name</b> | é', n: 3n, test_mean: 0.30000000000000004, chosen: true, finished_at: AT },
    { sweep: null, n: null, test_mean: null, chosen: null, finished_at: null },
    { sweep: 'plain', n: -1n, test_mean: -0.25, chosen: false, finished_at: AT },
  ]);
});

test('Parquet takes a column that has no value at all, and a table without rows', async () => {
  const columns = [{ name: 'generator', type: 'text' }] as const;
  const gaps = writeParquet({ columns, rows: [[null], [null]] });
  expect(await parquetReadObjects({ file: gaps.slice().buffer })).toEqual([{ generator: null }, { generator: null }]);
  expect(await parquetReadObjects({ file: writeParquet({ columns, rows: [] }).slice().buffer })).toEqual([]);
});

describe('Markdown', () => {
  test('keeps a name inside its cell, and markup as text', () => {
    expect(escapeMarkdown('a|b')).toBe('a\\|b');
    expect(escapeMarkdown('<img src=x onerror=alert(1)>')).toBe('&lt;img src=x onerror=alert(1)&gt;');
    expect(escapeMarkdown('two\n\nlines')).toBe('two lines');
    expect(escapeMarkdown('[a](javascript:b) *c* `d` e_f &amp;')).toBe(
      '\\[a\\](javascript:b) \\*c\\* \\`d\\` e\\_f &amp;amp;',
    );
    expect(escapeMarkdown('\\|')).toBe('\\\\\\|');
  });

  test('has as many cells in every row as columns, numbers to the right', () => {
    const lines = writeMarkdown(TABLE).trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[1]).toBe('| --- | ---: | ---: | --- | --- |');
    for (const line of lines) expect(line.replaceAll('\\|', '').match(/\|/g)).toHaveLength(6);
  });
});

test('LaTeX shows every letter that means something to it', () => {
  expect(escapeLatex('50% & $5 #1 a_b {c} x^2 ~d \\input{/etc/passwd}')).toBe(
    '50\\% \\& \\$5 \\#1 a\\_b \\{c\\} x\\textasciicircum{}2 \\textasciitilde{}d \\textbackslash{}input\\{/etc/passwd\\}',
  );
  expect(escapeLatex('a\n\nb')).toBe('a b');
  expect(escapeLatex('<"|">')).toBe("\\textless{}''\\textbar{}''\\textgreater{}");
});
