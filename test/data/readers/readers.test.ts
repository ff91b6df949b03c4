import { describe, expect, test } from 'vitest';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { readExamples } from '../../../data/readers/index.ts';
import { fileWith } from '../../support/data-files.ts';

const WHOLE = [
  { fields: { sentence: 'a "quoted" film' }, label: '1' },
  { fields: { sentence: 'dull , and long' }, label: '0' },
];
const read = (file: string, columns: Record<string, string> = {}) =>
  readExamples({ file, columns, fields: ['sentence'] });

describe('readers', () => {
  test('TSV keeps quotation marks as they stand', async () => {
    const file = await fileWith('train.tsv', 'sentence\tlabel\na "quoted" film\t1\r\ndull , and long\t0\n\n');
    expect(await read(file)).toEqual(WHOLE);
  });

  test('CSV follows the quoting rules of RFC 4180', async () => {
    const file = await fileWith('train.csv', 'sentence,label\n"a ""quoted"" film",1\n"dull , and long",0\n');
    expect(await read(file)).toEqual(WHOLE);
  });

  test('JSONL takes numbers and strings as labels', async () => {
    const lines = ['{"sentence":"a \\"quoted\\" film","label":1}', '{"sentence":"dull , and long","label":"0"}'];
    expect(await read(await fileWith('train.jsonl', lines.join('\n')))).toEqual(WHOLE);
  });

  test('Parquet takes whole numbers as labels', async () => {
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'sentence', data: WHOLE.map(({ fields }) => fields.sentence) },
        { name: 'label', data: [1n, 0n], type: 'INT64' },
        { name: 'idx', data: [7, 8], type: 'INT32' },
      ],
    });
    expect(await read(await fileWith('train.parquet', new Uint8Array(bytes)))).toEqual(WHOLE);
  });

  test('a column mapping finds fields under other names', async () => {
    const file = await fileWith('train.tsv', 'text\tstars\na "quoted" film\t1\ndull , and long\t0\n');
    expect(await read(file, { sentence: 'text', label: 'stars' })).toEqual(WHOLE);
  });
});

describe('bad files', () => {
  test('a missing column names the file, the column expected and the columns found', async () => {
    const file = await fileWith('train.tsv', 'text\tlabel\nfine\t1\n');
    await expect(read(file)).rejects.toThrow(
      `Expected a column \`sentence\` for the field \`sentence\` in \`${file}\`, found \`text\`, \`label\`.`,
    );
  });

  test('broken TSV lines are counted, and the first are named', async () => {
    const good = 'fine\t1\n';
    const file = await fileWith('train.tsv', `sentence\tlabel\n${good}only one\n${good}${'a\tb\tc\n'.repeat(6)}`);
    await expect(read(file)).rejects.toThrow(
      'found 7 broken of 9: line 3 (1 values instead of 2), line 5 (3 values instead of 2), line 6 (3 values instead of 2), ' +
        'line 7 (3 values instead of 2), line 8 (3 values instead of 2), and 2 more.',
    );
  });

  test('a quotation mark in the middle of a CSV value is a broken line', async () => {
    const file = await fileWith('train.csv', 'sentence,label\nfine,1\nbad "quote,0\nfine,1\n');
    await expect(read(file)).rejects.toThrow(/found 1 broken of 3: line 3 /);
  });

  test('what a broken CSV line says stays out of the error', async () => {
    const file = await fileWith('train.csv', 'sentence,label\nthe "secret, value is "here,0\nfine,1\n');
    await expect(read(file)).rejects.toThrow(/line 2 \(Invalid Opening Quote: [^"]* at line 2\)\.$/);
  });

  test('a JSONL line that is cut off, and one without a label, are broken lines', async () => {
    const file = await fileWith('train.jsonl', '{"sentence":"a","label":1}\n{"sentence":"b"}\n{"sente');
    await expect(read(file)).rejects.toThrow('found 2 broken of 3: line 2 (no `label`), line 3 (not a JSON object).');
  });

  test('an empty label is a broken line', async () => {
    await expect(read(await fileWith('train.tsv', 'sentence\tlabel\nfine\t\n'))).rejects.toThrow('line 2 (no `label`)');
  });

  test('a truncated Parquet file says so', async () => {
    const bytes = parquetWriteBuffer({ columnData: [{ name: 'sentence', data: ['a'] }] });
    const file = await fileWith('train.parquet', new Uint8Array(bytes).slice(0, -7));
    await expect(read(file)).rejects.toThrow(`Expected \`${file}\` to be a whole Parquet file, found: `);
  });

  test('text that is not UTF-8 is refused', async () => {
    const file = await fileWith('train.tsv', Buffer.from('sentence\tlabel\ncaf\xe9\t1\n', 'latin1'));
    await expect(read(file)).rejects.toThrow('to be UTF-8 text');
  });

  test('a file of another form is refused with the forms that are known', async () => {
    await expect(read('/nowhere/train.xlsx')).rejects.toThrow('.tsv, .csv, .jsonl, .parquet, found ".xlsx"');
  });

  test('a file that is not there is a data error', async () => {
    await expect(read('/nowhere/train.tsv')).rejects.toThrow('Expected to read `/nowhere/train.tsv`, found ENOENT.');
  });

  test('a file with a header and nothing else is refused', async () => {
    await expect(read(await fileWith('train.tsv', 'sentence\tlabel\n'))).rejects.toThrow('found none');
  });
});
