import { describe, expect, test } from 'vitest';
import { readUnlabelled, type Unlabelled } from '../../../data/readers/unlabelled.ts';

const ONE = { source: 'the input', fields: ['sentence'], columns: { sentence: 'text', label: 'urgent' } };
const TWO = { source: 'the input', fields: ['sentence1', 'sentence2'], columns: {} };

describe('texts without labels', () => {
  test.each<[string, Omit<Unlabelled, 'source'>, Record<string, string>[]]>([
    [
      'one a line, be it an empty one',
      { ...ONE, form: 'text', content: 'Good.\r\n\r\n\n   \nBad, "very".\n' },
      ['Good.', '', '', '', 'Bad, "very".'].map((sentence) => ({ sentence })),
    ],
    [
      'tsv by the column of training',
      { ...ONE, form: 'tsv', content: 'id\ttext\n1\tGood.\n' },
      [{ sentence: 'Good.' }],
    ],
    ["tsv by the field's own name", { ...ONE, form: 'tsv', content: 'sentence\nGood.\n' }, [{ sentence: 'Good.' }]],
    [
      'csv with two fields',
      { ...TWO, form: 'csv', content: 'sentence2,sentence1\n"b, c",a\n' },
      [{ sentence1: 'a', sentence2: 'b, c' }],
    ],
    [
      'jsonl',
      { ...TWO, form: 'jsonl', content: '{"sentence1":"a","sentence2":"b"}\n' },
      [{ sentence1: 'a', sentence2: 'b' }],
    ],
  ])('are read: %s', (_, input, texts) => {
    expect(readUnlabelled({ source: 'the input', ...input })).toEqual(texts);
  });

  test.each<[Omit<Unlabelled, 'source'>, RegExp]>([
    [
      { ...TWO, form: 'text', content: 'a\n' },
      /to be tsv, csv or jsonl with the columns sentence1, sentence2, found lines of text/,
    ],
    [
      { ...TWO, form: 'tsv', content: 'sentence1\na\n' },
      /Expected a column `sentence2` .* in `the input`, found `sentence1`/,
    ],
    [
      { ...TWO, form: 'jsonl', content: '{"sentence1":"a","sentence2":"b"}\nnot json\n' },
      /1 broken of 2: line 2 \(not a JSON object\)/,
    ],
    [{ ...ONE, form: 'text', content: '' }, /Expected examples in `the input`, found none/],
  ])('that are not what the template needs are refused: %j', (input, message) => {
    expect(() => readUnlabelled({ source: 'the input', ...input })).toThrow(message);
  });
});
