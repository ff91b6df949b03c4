// Whether a tokenizer can tell a task's label words apart: each one token, no two the same.
import { labelsOf } from '../sweep/labels.ts';
import type { TaskSettings } from '../sweep/task.ts';
import { ConfigurationError } from './error.ts';
import type { Tokenizer } from './tokenizer.ts';

/** @throws ConfigurationError that names label, word and tokens */
export function checkLabelWords(task: TaskSettings, tokenizer: Tokenizer): void {
  if (tokenizer.special === null) checkFirstTokens(task, tokenizer);
  const labelOfWord = new Map<number, string>();
  for (const label of labelsOf(task.labelWords)) {
    const word = task.labelWords[label] ?? '';
    const id = tokenizer.tokenId(word);
    if (id === null) throw new ConfigurationError(severalTokens(task, label, tokenizer));
    const other = labelOfWord.get(id);
    if (other !== undefined) {
      throw new ConfigurationError(
        `Expected labels "${other}" and "${label}" (task ${task.name}) to have different label words, found "${word}" for both.`,
      );
    }
    labelOfWord.set(id, label);
  }
}

function severalTokens(task: TaskSettings, label: string, tokenizer: Tokenizer): string {
  const word = task.labelWords[label] ?? '';
  const tokens = tokenizer.tokensOf(` ${word}`);
  const found =
    tokens.length === 1 ? `${tokens.join()} (not in the vocabulary)` : `${tokens.length}: ${tokens.join(' ')}`;
  return `Expected the label word "${word}" of label "${label}" (task ${task.name}) to be one token, found ${found}.`;
}

/** A decoder says one token: words that start with the same one could never be told apart. */
function checkFirstTokens(task: TaskSettings, tokenizer: Tokenizer): void {
  const words = [...new Set(labelsOf(task.labelWords).map((label) => task.labelWords[label] ?? ''))];
  const wordOfToken = new Map<number, string>();
  for (const word of words) {
    const [first = -1] = tokenizer.encode(` ${word}`);
    const other = wordOfToken.get(first);
    if (other !== undefined) {
      const [token] = tokenizer.tokensOf(` ${word}`);
      throw new ConfigurationError(
        `Expected the label words "${other}" and "${word}" (task ${task.name}) to start with different tokens, found ${token ?? 'none'} for both.`,
      );
    }
    wordOfToken.set(first, word);
  }
}
