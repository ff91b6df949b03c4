// Text to token ids, through Hugging Face's tokenizer files, or a bare vocab.txt as BERT has it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as library from '@huggingface/tokenizers';
import { ConfigurationError } from './error.ts';

export interface SpecialIds {
  cls: number;
  sep: number;
  mask: number;
  pad: number;
}

export interface Tokenizer {
  special: SpecialIds;
  vocabularySize: number;
  /** Ids of the text's own tokens. A special token spelled out in the text is text like any other. */
  encode(text: string): number[];
  tokensOf(text: string): string[];
  /** The word's id as it stands in running text (after a space), or null where it is several tokens or unknown. */
  tokenId(word: string): number | null;
  /** Ids of all tokens that are a whole word of letters. */
  wordIds(): number[];
}

interface TokenizerJson {
  added_tokens?: { id: number; content: string; special?: boolean }[];
  model: { vocab: Record<string, number>; unk_token?: string };
  [part: string]: unknown;
}
type TokenizerConfig = Record<string, unknown>;

interface HubTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  tokenize(text: string, options: { add_special_tokens: boolean }): string[];
}
// The package's own types import one another without extensions, which Node's resolution cannot follow.
const { Tokenizer: HubTokenizer } = library as unknown as {
  Tokenizer: new (json: TokenizerJson, config: TokenizerConfig) => HubTokenizer;
};

/** @throws ConfigurationError where the folder has no tokenizer, or one without [CLS], [SEP], [MASK] or [PAD] */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const config = (await readJson<TokenizerConfig>(join(folder, 'tokenizer_config.json'))) ?? {};
  const json =
    (await readJson<TokenizerJson>(join(folder, 'tokenizer.json'))) ?? (await fromVocabulary(folder, config));
  const special = specialIds(json, config, folder);
  // Without the special tokens in its list the library leaves "[MASK]" in a sentence alone.
  const added = (json.added_tokens ?? []).filter((token) => token.special !== true);
  const hub = new HubTokenizer({ ...json, added_tokens: added }, config);
  const unknownId = json.model.vocab[json.model.unk_token ?? ''];
  const encode = (text: string): number[] => hub.encode(text, { add_special_tokens: false }).ids;
  return {
    special,
    vocabularySize: Object.keys(json.model.vocab).length,
    encode,
    tokensOf: (text) => hub.tokenize(text, { add_special_tokens: false }),
    tokenId: (word) => {
      const [id, ...others] = encode(` ${word}`);
      return id === undefined || others.length > 0 || id === unknownId ? null : id;
    },
    wordIds: () => wordIds(json.model.vocab),
  };
}

/** Byte-level BPE marks a token that follows a space; WordPiece marks the others. */
function wordIds(vocabulary: Record<string, number>): number[] {
  const tokens = Object.entries(vocabulary);
  const marksSpace = tokens.some(([token]) => token.startsWith('Ġ'));
  const word = marksSpace ? /^Ġ\p{L}{2,}$/u : /^\p{L}{2,}$/u;
  return tokens.filter(([token]) => word.test(token)).map(([, id]) => id);
}

async function readJson<T>(file: string): Promise<T | null> {
  const text = await readText(file);
  if (text === null) return null;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new ConfigurationError(`Expected \`${file}\` to be JSON, found something else.`);
  }
}

async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** BERT's WordPiece, from its list of tokens. */
async function fromVocabulary(folder: string, config: TokenizerConfig): Promise<TokenizerJson> {
  const text = await readText(join(folder, 'vocab.txt'));
  if (text === null) {
    throw new ConfigurationError(`Expected tokenizer.json or vocab.txt in \`${folder}\`, found neither.`);
  }
  const tokens = text.split(/\r?\n/).filter((token, line, all) => line < all.length - 1 || token !== '');
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  return {
    version: '1.0',
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: config['tokenize_chinese_chars'] !== false,
      strip_accents: config['strip_accents'] ?? null,
      lowercase: config['do_lower_case'] !== false,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: null,
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: typeof config['unk_token'] === 'string' ? config['unk_token'] : '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    } as TokenizerJson['model'],
  };
}

function specialIds(json: TokenizerJson, config: TokenizerConfig, folder: string): SpecialIds {
  const find = (key: string, fallback: string): number => {
    const token = contentOf(config[key]) ?? fallback;
    const id = json.added_tokens?.find(({ content }) => content === token)?.id ?? json.model.vocab[token];
    if (id !== undefined) return id;
    throw new ConfigurationError(`Expected the tokenizer of \`${folder}\` to have ${token} (${key}), found none.`);
  };
  return {
    cls: find('cls_token', '[CLS]'),
    sep: find('sep_token', '[SEP]'),
    mask: find('mask_token', '[MASK]'),
    pad: find('pad_token', '[PAD]'),
  };
}

/** tokenizer_config.json names a token by its text or by an object that holds it. */
function contentOf(token: unknown): string | null {
  if (typeof token === 'string') return token;
  if (typeof token === 'object' && token !== null && 'content' in token && typeof token.content === 'string') {
    return token.content;
  }
  return null;
}
