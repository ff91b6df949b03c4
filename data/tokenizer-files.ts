// A tokenizer as its files describe it: tokenizer.json, or the lists of older models: vocab.txt, vocab.json and merges.txt.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from './error.ts';

export interface TokenizerJson {
  added_tokens?: { id: number; content: string; special?: boolean }[];
  model: { vocab: Record<string, number>; merges?: unknown; unk_token?: string | null };
  [part: string]: unknown;
}
export type TokenizerConfig = Record<string, unknown>;

export interface TokenizerFiles {
  json: TokenizerJson;
  config: TokenizerConfig;
}

/** @throws ConfigurationError where the folder has no tokenizer, or one that is neither WordPiece nor BPE */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const config = (await readJson<TokenizerConfig>(join(folder, 'tokenizer_config.json'))) ?? {};
  const json =
    (await readJson<TokenizerJson>(join(folder, 'tokenizer.json'))) ??
    (await fromWordList(folder, config)) ??
    (await fromMerges(folder, config));
  if (json === null) {
    throw new ConfigurationError(
      `Expected tokenizer.json, vocab.txt, or vocab.json and merges.txt in \`${folder}\`, found none.`,
    );
  }
  if (Array.isArray(json.model.vocab)) {
    throw new ConfigurationError(`Expected the tokenizer of \`${folder}\` to be WordPiece or BPE, found Unigram.`);
  }
  return { json, config };
}

/** BERT's WordPiece, from its list of tokens. */
async function fromWordList(folder: string, config: TokenizerConfig): Promise<TokenizerJson | null> {
  const text = await readText(join(folder, 'vocab.txt'));
  if (text === null) return null;
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

/** The byte-level BPE of GPT-2 and RoBERTa, from its tokens and its merges. */
async function fromMerges(folder: string, config: TokenizerConfig): Promise<TokenizerJson | null> {
  const vocab = await readJson<Record<string, number>>(join(folder, 'vocab.json'));
  const text = await readText(join(folder, 'merges.txt'));
  if (vocab === null || text === null) return null;
  // The first line tells the version. A merge of `#` with something starts another line in the same way.
  const merges = text
    .split(/\r?\n/)
    .filter((line, index) => line !== '' && (index > 0 || !line.startsWith('#version')));
  const bytes = { type: 'ByteLevel', add_prefix_space: config['add_prefix_space'] === true, trim_offsets: true };
  return {
    version: '1.0',
    normalizer: null,
    pre_tokenizer: bytes,
    post_processor: null,
    decoder: bytes,
    model: { type: 'BPE', unk_token: null, vocab, merges } as TokenizerJson['model'],
  };
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
