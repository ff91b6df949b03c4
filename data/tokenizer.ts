// Text to token ids, through Hugging Face's tokenizer files: BERT's WordPiece, and the byte-level BPE of RoBERTa and GPT-2.
import * as library from '@huggingface/tokenizers';
import type { BackboneConfig } from '../sweep/backbone-config.ts';
import { ConfigurationError } from './error.ts';
import {
  readTokenizerFiles,
  type TokenizerConfig,
  type TokenizerFiles,
  type TokenizerJson,
} from './tokenizer-files.ts';

export interface SpecialIds {
  cls: number;
  sep: number;
  mask: number;
  pad: number;
}

export interface Tokenizer {
  /** Null for a decoder: its text stands alone, and what comes after it is the label word. */
  special: SpecialIds | null;
  /** Ids are below it. */
  vocabularySize: number;
  /** White space has tokens of its own. */
  isByteLevel: boolean;
  /** Ids of the text's own tokens. A special token spelled out in the text is text like any other. */
  encode(text: string): number[];
  tokensOf(text: string): string[];
  /** The word's id as it stands in running text (after a space), or null where it is several tokens or unknown. */
  tokenId(word: string): number | null;
  /** Ids of all tokens that are a whole word of letters. */
  wordIds(): number[];
}

interface HubTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  tokenize(text: string, options: { add_special_tokens: boolean }): string[];
}
// The package's own types import one another without extensions, which Node's resolution cannot follow.
const { Tokenizer: HubTokenizer } = library as unknown as {
  Tokenizer: new (json: TokenizerJson, config: TokenizerConfig) => HubTokenizer;
};

/** What a tokenizer has to fit. */
export type Reader = Pick<BackboneConfig, 'architecture' | 'vocabularySize'>;

/**
 * @param reader the backbone that the folder holds; left out, an encoder of any vocabulary
 * @throws ConfigurationError where the folder has no tokenizer, where it lacks a token that an encoder needs, or where it
 * makes ids that the weights know nothing of
 */
export async function loadTokenizer(folder: string, reader?: Reader): Promise<Tokenizer> {
  const files = await readTokenizerFiles(folder);
  const { json, config } = files;
  const vocabularySize = sizeOf(json);
  if (reader && vocabularySize > reader.vocabularySize) {
    throw new ConfigurationError(
      `Expected the tokenizer of \`${folder}\` to fit the weights, which know the ids 0 to ${reader.vocabularySize - 1}, found ids up to ${vocabularySize - 1}.`,
    );
  }
  // Without the special tokens in its list the library leaves "[MASK]" in a sentence alone.
  const added = (json.added_tokens ?? []).filter((token) => token.special !== true);
  const hub = new HubTokenizer({ ...json, added_tokens: added }, config);
  const unknownId = json.model.vocab[json.model.unk_token ?? ''];
  const encode = (text: string): number[] => hub.encode(text, { add_special_tokens: false }).ids;
  return {
    special: reader?.architecture === 'decoder' ? null : specialIds(files, folder),
    vocabularySize,
    isByteLevel: isByteLevel(json),
    encode,
    tokensOf: (text) => hub.tokenize(text, { add_special_tokens: false }),
    tokenId: (word) => {
      const [id, ...others] = encode(` ${word}`);
      return id === undefined || others.length > 0 || id === unknownId ? null : id;
    },
    wordIds: () => wordIds(json.model.vocab),
  };
}

function sizeOf({ model, added_tokens: added = [] }: TokenizerJson): number {
  let highest = -1;
  for (const id of Object.values(model.vocab)) highest = Math.max(highest, id);
  for (const { id } of added) highest = Math.max(highest, id);
  return highest + 1;
}

/** Byte-level BPE marks a token that follows a space; WordPiece marks the others. */
function wordIds(vocabulary: Record<string, number>): number[] {
  const tokens = Object.entries(vocabulary);
  const marksSpace = tokens.some(([token]) => token.startsWith('Ġ'));
  const word = marksSpace ? /^Ġ\p{L}{2,}$/u : /^\p{L}{2,}$/u;
  return tokens.filter(([token]) => word.test(token)).map(([, id]) => id);
}

const WORD_PIECE = { cls: '[CLS]', sep: '[SEP]', mask: '[MASK]', pad: '[PAD]' };
const BYTE_LEVEL = { cls: '<s>', sep: '</s>', mask: '<mask>', pad: '<pad>' };

function isByteLevel({ model }: TokenizerJson): boolean {
  return model.merges !== undefined;
}

/** By the names in tokenizer_config.json, or the usual ones of the kind of tokenizer. */
function specialIds({ json, config }: TokenizerFiles, folder: string): SpecialIds {
  const usual = isByteLevel(json) ? BYTE_LEVEL : WORD_PIECE;
  const find = (name: keyof SpecialIds): number => {
    const token = contentOf(config[`${name}_token`]) ?? usual[name];
    const id = json.added_tokens?.find(({ content }) => content === token)?.id ?? json.model.vocab[token];
    if (id !== undefined) return id;
    throw new ConfigurationError(
      `Expected the tokenizer of \`${folder}\` to have ${token} (${name}_token), found none.`,
    );
  };
  return { cls: find('cls'), sep: find('sep'), mask: find('mask'), pad: find('pad') };
}

/** tokenizer_config.json names a token by its text or by an object that holds it. */
function contentOf(token: unknown): string | null {
  if (typeof token === 'string') return token;
  if (typeof token === 'object' && token !== null && 'content' in token && typeof token.content === 'string') {
    return token.content;
  }
  return null;
}
