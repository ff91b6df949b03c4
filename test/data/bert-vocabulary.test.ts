// The real vocabulary of BERT-base-uncased, where it is installed.
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { labelsOf } from '../../sweep/labels.ts';
import { TASKS } from '../../data/tasks/index.ts';
import { loadTokenizer } from '../../data/tokenizer.ts';
import { readEnvironment } from '../../runtime/environment.mjs';
import { cacheLayout } from '../../runtime/folders.mjs';

const folder = cacheLayout(readEnvironment().cacheFolder).bertBaseUncased;
const absent = existsSync(folder) ? false : `no backbone in ${folder}`;

test('text has the ids that BERT was trained with', async ({ skip }) => {
  if (absent !== false) skip(absent);
  const tokenizer = await loadTokenizer(folder);
  expect(tokenizer.special).toEqual({ cls: 101, sep: 102, mask: 103, pad: 0 });
  expect(tokenizer.encode('Hello world!')).toEqual([7592, 2088, 999]);
  expect(tokenizer.encode('The capital of France is')).toEqual([1996, 3007, 1997, 2605, 2003]);
  expect(tokenizer.tokensOf('unaffable Café')).toEqual(['una', '##ffa', '##ble', 'cafe']);
  expect([tokenizer.tokenId('terrible'), tokenizer.tokenId('great')]).toEqual([6659, 2307]);
  expect(tokenizer.vocabularySize).toBe(30522);
});

test('the label words of every built-in task are one token', async ({ skip }) => {
  if (absent !== false) skip(absent);
  const tokenizer = await loadTokenizer(folder);
  for (const { labelWords } of TASKS) {
    for (const label of labelsOf(labelWords)) expect(tokenizer.tokenId(labelWords[label]!)).not.toBeNull();
  }
});
