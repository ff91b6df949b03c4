import { describe, expect, test } from 'vitest';
import { encodeExamples } from '../../data/encode.ts';
import { labelsOf } from '../../sweep/labels.ts';
import { fieldsOf, parseTemplate, untilMask } from '../../data/template.ts';
import { loadTokenizer } from '../../data/tokenizer.ts';
import { vocabularyFolder } from '../support/data-files.ts';

const WORDS = ['a', 'b', 'it', 'was', '.', '?', ',', 'no', 'yes']; // ids 5 …
const labelWords = { '0': 'no', '1': 'yes' };
const pair = '{sentence1} ? <mask> , {sentence2}';

async function encodePair(first: number, second: number, maxTokens: number) {
  const tokenizer = await loadTokenizer(await vocabularyFolder(WORDS));
  const fields = { sentence1: 'a '.repeat(first), sentence2: 'b '.repeat(second) };
  const encoded = encodeExamples([{ fields, label: '1' }], { template: pair, labelWords, tokenizer, maxTokens });
  return { ...encoded.examples[0]!, shortened: encoded.shortened };
}

describe('templates', () => {
  test('an example becomes [CLS] template [SEP] with its mask in place', async () => {
    const tokenizer = await loadTokenizer(await vocabularyFolder(WORDS));
    const settings = { template: '{sentence} . It was <mask> .', labelWords, tokenizer, maxTokens: 64 };
    const { examples, shortened } = encodeExamples([{ fields: { sentence: 'A b' }, label: '0' }], settings);
    // [CLS] a b . it was [MASK] . [SEP]
    expect([...examples[0]!.tokenIds]).toEqual([2, 5, 6, 9, 7, 8, 4, 9, 3]);
    expect(examples[0]).toMatchObject({ maskPosition: 6, label: 0 });
    expect(shortened).toBe(0);
  });

  test('text too long loses tokens of its longest field, never mask or template', async () => {
    for (const [first, second] of [
      [30, 2],
      [2, 30],
      [30, 30],
      [0, 40],
    ] as const) {
      for (const maxTokens of [5, 6, 9, 20]) {
        const { tokenIds, maskPosition, shortened } = await encodePair(first, second, maxTokens);
        const ids = [...tokenIds];
        expect(ids).toHaveLength(maxTokens);
        expect(ids[maskPosition]).toBe(4);
        expect(ids.filter((id) => id === 10 || id === 4 || id === 11)).toEqual([10, 4, 11]); // ? [MASK] ,
        expect([ids[0], ids.at(-1)]).toEqual([2, 3]);
        expect(shortened).toBe(1);
        const left = [5, 6].map((id) => ids.filter((other) => other === id).length);
        if (first === second) expect(Math.abs(left[0]! - left[1]!)).toBeLessThanOrEqual(1);
        if (maxTokens >= 9 && first === 2) expect(left[0]).toBe(2);
      }
    }
  });

  test('of a pair the longer text is cut until both are as long, then both in turn', async () => {
    // [CLS] 10 × a ? [MASK] , 4 × b [SEP] are 19 tokens.
    const lengths = async (maxTokens: number) => {
      const { tokenIds } = await encodePair(10, 4, maxTokens);
      return [5, 6].map((id) => tokenIds.filter((other) => other === id).length);
    };
    expect(await lengths(19)).toEqual([10, 4]);
    expect(await lengths(18)).toEqual([9, 4]);
    expect(await lengths(13)).toEqual([4, 4]);
    expect(await lengths(12)).toEqual([3, 4]);
    expect(await lengths(11)).toEqual([3, 3]);
  });

  test('a template that alone is too long is refused', async () => {
    await expect(encodePair(1, 1, 4)).rejects.toThrow('to fit into 4 tokens, found it longer');
  });

  test('a space belongs to the piece that follows it', () => {
    expect(parseTemplate('{sentence} . It was <mask> .')).toEqual([
      { kind: 'field', field: 'sentence', before: '' },
      { kind: 'text', text: ' . It was' },
      { kind: 'mask' },
      { kind: 'text', text: ' .' },
    ]);
    expect(parseTemplate('<mask> : {sentence}')[2]).toEqual({ kind: 'field', field: 'sentence', before: ' ' });
  });

  test('braces around anything but a field are text, at the start as well', () => {
    expect(parseTemplate('{review text} <mask> {a}')[0]).toEqual({ kind: 'text', text: '{review text}' });
  });

  test('a template without a mask, with two, or without a field is refused', () => {
    expect(() => parseTemplate('{sentence} .')).toThrow('one <mask>, found 0');
    expect(() => parseTemplate('<mask> {sentence} <mask>')).toThrow('one <mask>, found 2');
    expect(() => parseTemplate('It was <mask> .')).toThrow('hold a {field}, found none');
  });

  test('for a decoder, what follows the mask is left out, unless it is text of the example', () => {
    expect(untilMask('{sentence} . It was <mask> .')).toBe('{sentence} . It was <mask>');
    expect(untilMask('{sentence} <mask>')).toBe('{sentence} <mask>');
    expect(() => untilMask('<mask> : {sentence}')).toThrow(
      'Expected the template for a decoder to end with <mask>, found {sentence} behind it: "<mask> : {sentence}". Give the task a `decoderTemplate`.',
    );
    expect(() => untilMask('It was <mask> .')).toThrow('hold a {field}, found none');
  });

  test('fields come in the order of the template, labels in their own', () => {
    expect(fieldsOf(pair)).toEqual(['sentence1', 'sentence2']);
    expect(labelsOf({ not_entailment: 'No', entailment: 'Yes' })).toEqual(['entailment', 'not_entailment']);
  });
});
