// What decides a backbone's numbers beside its weights: the sizes and settings that they are run with, and the tokenizer.
import { createHash } from 'node:crypto';
import { canonicalJson } from '../sweep/trial-key.ts';
import { readBackboneConfig } from './backbone-files.ts';
import { readTokenizerFiles, type TokenizerFiles } from './tokenizer-files.ts';

/** Parts of a tokenizer that make ids of a text. */
const PARTS = ['normalizer', 'pre_tokenizer', 'model', 'added_tokens'];
/** What tokenizer_config.json adds to them. */
const SETTINGS = [
  'cls_token',
  'sep_token',
  'mask_token',
  'pad_token',
  'remove_space',
  'do_lowercase_and_remove_accent',
];

/** What follows from the type and from other settings is not hashed: a backbone is the same when the program names one more. */
const DERIVED = { attentionOutputDropout: undefined };

/**
 * sha256 of `config.json` and the tokenizer as they are read: a field that nothing is read from does not count.
 * @throws ConfigurationError where the folder has no configuration or tokenizer that can be used
 */
export async function fingerprintSetup(folder: string): Promise<string> {
  const config = { ...(await readBackboneConfig(folder)), ...DERIVED };
  const tokenizer = decisive(await readTokenizerFiles(folder));
  return createHash('sha256').update(canonicalJson({ config, tokenizer })).digest('hex');
}

/** The folder's, where it is another than the asked one; null where it is the same, or where none was kept to ask for. */
export async function otherSetup(folder: string, asked: string | undefined): Promise<string | null> {
  if (asked === undefined) return null;
  const found = await fingerprintSetup(folder);
  return found === asked ? null : found;
}

function decisive({ json, config }: TokenizerFiles): unknown[] {
  return [...PARTS.map((part) => json[part] ?? null), ...SETTINGS.map((setting) => config[setting] ?? null)];
}
