// What a prediction is read off: the token of each label's word.
import { ConfigurationError } from './error.ts';
import { labelsOf } from '../sweep/labels.ts';
import type { Tokenizer } from './tokenizer.ts';

/** By label index. @throws ConfigurationError where a word is several tokens */
export function labelWordIdsOf(labelWords: Record<string, string>, tokenizer: Tokenizer): number[] {
  return labelsOf(labelWords).map((label) => {
    const word = labelWords[label] ?? '';
    const id = tokenizer.tokenId(word);
    if (id === null) throw new ConfigurationError(`Expected the label word "${word}" to be one token, found several.`);
    return id;
  });
}
