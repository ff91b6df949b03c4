import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadTokenizer } from '../../data/tokenizer.ts';
import { temporaryFolder, vocabularyFolder } from '../support/data-files.ts';

const WORDS = ['the', 'film', '##s', 'great', 'un', '##ever', '.', 'cafe', '[', 'mask', ']'];

test('WordPiece splits lower-cased words from the left, longest piece first', async () => {
  const tokenizer = await loadTokenizer(await vocabularyFolder(WORDS));
  expect(tokenizer.encode('The films.')).toEqual([5, 6, 7, 11]);
  expect(tokenizer.encode('Unever café')).toEqual([9, 10, 12]);
  expect(tokenizer.encode('zzz film')).toEqual([1, 6]);
  expect(tokenizer.encode('')).toEqual([]);
  expect(tokenizer.tokensOf('films')).toEqual(['film', '##s']);
  expect(tokenizer.vocabularySize).toBe(16);
});

test('the special tokens have the ids of the vocabulary', async () => {
  const tokenizer = await loadTokenizer(await vocabularyFolder(WORDS));
  expect(tokenizer.special).toEqual({ cls: 2, sep: 3, mask: 4, pad: 0 });
});

test('a special token spelled out in the text is not one', async () => {
  const tokenizer = await loadTokenizer(await vocabularyFolder(WORDS));
  expect(tokenizer.encode('the [MASK] film')).toEqual([5, 13, 14, 15, 6]);
});

test('a word is one token, or it has no id', async () => {
  const tokenizer = await loadTokenizer(await vocabularyFolder(WORDS));
  expect(tokenizer.tokenId('great')).toBe(8);
  expect(tokenizer.tokenId('films')).toBeNull();
  expect(tokenizer.tokenId('zzz')).toBeNull();
});

test('words are the tokens that are a whole word of letters', async () => {
  const tokenizer = await loadTokenizer(await vocabularyFolder(WORDS));
  expect(tokenizer.wordIds()).toEqual([5, 6, 8, 9, 12, 14]);
});

test('tokenizer.json goes before vocab.txt, with its special tokens kept out of the text', async () => {
  const folder = await vocabularyFolder(WORDS);
  const vocab = { '<p>': 0, '<u>': 1, '<c>': 2, '<s>': 3, '<m>': 4, film: 5 };
  const added = Object.entries(vocab).slice(0, 5);
  await writeFile(
    join(folder, 'tokenizer.json'),
    JSON.stringify({
      version: '1.0',
      added_tokens: added.map(([content, id]) => ({ id, content, special: true })),
      normalizer: { type: 'BertNormalizer', lowercase: true, clean_text: true },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: null,
      decoder: null,
      model: {
        type: 'WordPiece',
        vocab,
        unk_token: '<u>',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
      },
    }),
  );
  await writeFile(
    join(folder, 'tokenizer_config.json'),
    JSON.stringify({ cls_token: '<c>', sep_token: '<s>', mask_token: { content: '<m>' }, pad_token: '<p>' }),
  );
  const tokenizer = await loadTokenizer(folder);
  expect(tokenizer.special).toEqual({ cls: 2, sep: 3, mask: 4, pad: 0 });
  expect(tokenizer.encode('Film film')).toEqual([5, 5]);
});

test('a folder without a tokenizer says what is missing', async () => {
  await expect(loadTokenizer(await temporaryFolder())).rejects.toThrow(
    'Expected tokenizer.json, vocab.txt, or vocab.json and merges.txt in',
  );
});

test('a vocabulary without a mask token says so', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'vocab.txt'), '[PAD]\n[UNK]\n[CLS]\n[SEP]\n');
  await expect(loadTokenizer(folder)).rejects.toThrow('to have [MASK] (mask_token), found none');
});
