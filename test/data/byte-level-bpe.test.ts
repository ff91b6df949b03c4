// Byte-level BPE beside Hugging Face's own tokenizers, on a tiny vocabulary (scripts/fixtures/byte_level_bpe.py).
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeExamples } from '../../data/encode.ts';
import { loadTokenizer, type Tokenizer } from '../../data/tokenizer.ts';
import { temporaryFolder } from '../support/data-files.ts';
import { tinyFolder } from '../support/fixtures.ts';

interface Expected {
  texts: { text: string; ids: number[] }[];
  templates: { text: string; ids: number[] }[];
  words: Record<string, number[]>;
}
const file = join(import.meta.dirname, '../fixtures/byte-level-bpe.json');
const expected = JSON.parse(await readFile(file, 'utf8')) as Record<'roberta' | 'gpt2', Expected>;

const ENCODER = { architecture: 'encoder', vocabularySize: 330 } as const;
const DECODER = { architecture: 'decoder', vocabularySize: 330 } as const;
const labelWords = { '0': 'bad', '1': 'great' };

test('from tokenizer.json, text has the ids of RoBERTa’s tokenizer', async () => {
  const tokenizer = await loadTokenizer(tinyFolder('roberta-tiny'), ENCODER);
  for (const { text, ids } of expected.roberta.texts) expect(tokenizer.encode(text), text).toEqual(ids);
  expect(tokenizer.special).toEqual({ cls: 0, sep: 2, mask: 4, pad: 1 });
});

test('from vocab.json and merges.txt, text has the ids of GPT-2’s tokenizer', async () => {
  const tokenizer = await loadTokenizer(tinyFolder('gpt2-tiny'), DECODER);
  for (const { text, ids } of expected.gpt2.texts) expect(tokenizer.encode(text), text).toEqual(ids);
  expect(tokenizer.special).toBeNull();
});

test('a word is looked up as it stands behind a space', async () => {
  const tokenizer = await loadTokenizer(tinyFolder('gpt2-tiny'), DECODER);
  expect(tokenizer.tokenId('great')).toBe(expected.gpt2.words['great']![0]);
  expect(tokenizer.tokenId('terrible')).toBeNull();
  expect(tokenizer.tokensOf(' great')).toEqual(['Ġgreat']);
});

test.each([
  ['{a} . It was <mask> .', { a: 'the film' }],
  ['<mask> : {a}', { a: 'the film was a  terrible plot' }],
  ['{a} ? {b} <mask> , {c}', { a: 'the film', b: 'Yes', c: 'it was' }],
])('a template encoded piece by piece has the ids of its whole text: %s', async (template, fields) => {
  const tokenizer = await loadTokenizer(tinyFolder('roberta-tiny'), ENCODER);
  const settings = { template, labelWords, tokenizer, maxTokens: 64 };
  const [example] = encodeExamples([{ fields, label: '0' }], settings).examples;
  const found = expected.roberta.templates.map(({ ids }) => ids.join(' '));
  expect(found).toContain(example!.tokenIds.join(' '));
  expect(example!.tokenIds[example!.maskPosition]).toBe(4);
});

test('for a decoder the text stands alone, and its last token is the one before the label word', async () => {
  const tokenizer = await loadTokenizer(tinyFolder('gpt2-tiny'), DECODER);
  const settings = { template: '{a} . It was <mask>', labelWords, tokenizer, maxTokens: 64 };
  const { examples } = encodeExamples([{ fields: { a: 'the film' }, label: '1' }], settings);
  expect([...examples[0]!.tokenIds]).toEqual(tokenizer.encode('the film . It was'));
  expect(examples[0]!.maskPosition).toBe(examples[0]!.tokenIds.length - 1);
  const short = encodeExamples([{ fields: { a: 'the film' }, label: '1' }], { ...settings, maxTokens: 7 });
  const cut = tokenizer.encode('the . It was');
  expect([[...short.examples[0]!.tokenIds], short.shortened]).toEqual([cut, 1]);
});

test.each(['{a}\n{b}\nAnswer: <mask>', '{a}\n\n{b} It was <mask>', '{a}  {b}\n\n\n{a}\t{b}\nAnswer:\n<mask>'])(
  'line breaks between the pieces are read as in the whole text: %j',
  async (template) => {
    const fields = { a: 'the film', b: 'it was a plot' };
    const encode = (tokenizer: Tokenizer): number[] => {
      const settings = { template, labelWords, tokenizer, maxTokens: 64 };
      return [...encodeExamples([{ fields, label: '1' }], settings).examples[0]!.tokenIds];
    };
    const whole = template.replaceAll('{a}', fields.a).replaceAll('{b}', fields.b);
    const decoder = await loadTokenizer(tinyFolder('gpt2-tiny'), DECODER);
    expect(encode(decoder)).toEqual(decoder.encode(whole.replace(/ ?<mask>/, '')));
    // RoBERTa's <mask> takes what stands in front of it.
    const encoder = await loadTokenizer(tinyFolder('roberta-tiny'), ENCODER);
    expect(encode(encoder)).toEqual([0, ...encoder.encode(whole.replace(/\s*<mask>/, '')), 4, 2]);
  },
);

test('a decoder is refused a template that goes on behind the mask, and an example without text', async () => {
  const tokenizer = await loadTokenizer(tinyFolder('gpt2-tiny'), DECODER);
  const encode = (template: string) =>
    encodeExamples([{ fields: { a: '' }, label: '1' }], { template, labelWords, tokenizer, maxTokens: 64 });
  expect(() => encode('{a} . It was <mask> .')).toThrow(
    'for a decoder to end with <mask>, found "{a} . It was <mask> ."',
  );
  expect(() => encode('{a}<mask>')).toThrow('Expected text in front of the label word, found none');
});

test('a tokenizer with more words than the weights know is refused with both numbers', async () => {
  const smaller = { ...ENCODER, vocabularySize: 97 };
  await expect(loadTokenizer(tinyFolder('roberta-tiny'), smaller)).rejects.toThrow(
    /roberta-tiny` to fit the weights, which know the ids 0 to 96, found ids up to \d+\.$/,
  );
});

test('an added token beyond the weights is refused as well', async () => {
  const folder = await temporaryFolder();
  const json = JSON.parse(await readFile(join(tinyFolder('roberta-tiny'), 'tokenizer.json'), 'utf8')) as object;
  const added = [{ id: 330, content: '<new>', special: false }];
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify({ ...json, added_tokens: added }));
  await expect(loadTokenizer(folder, ENCODER)).rejects.toThrow('found ids up to 330.');
});

test('an encoder’s tokenizer without a mask token is refused', async () => {
  await expect(loadTokenizer(tinyFolder('gpt2-tiny'), ENCODER)).rejects.toThrow('to have <s> (cls_token), found none');
});

test('vocab.json without its merges is no tokenizer, and neither is a Unigram vocabulary', async () => {
  const folder = await temporaryFolder();
  await copyFile(join(tinyFolder('gpt2-tiny'), 'vocab.json'), join(folder, 'vocab.json'));
  await expect(loadTokenizer(folder)).rejects.toThrow('vocab.json and merges.txt in');
  await rm(join(folder, 'vocab.json'));
  const unigram = { model: { type: 'Unigram', vocab: [['a', -1]] } };
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(unigram));
  await expect(loadTokenizer(folder)).rejects.toThrow('to be WordPiece or BPE, found Unigram');
});
