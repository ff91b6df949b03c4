// What a backbone's folder says of itself, read without TensorFlow: sizes, and the fingerprint of its weights.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { BackboneConfig } from '../lpt/backbone.ts';
import { ConfigurationError } from './error.ts';

const CONFIG_FILE = 'config.json';
const WEIGHTS_FILE = 'model.safetensors';
const FINGERPRINT_FILE = 'fingerprint.json';

const size = z.int().positive();

/** The part of Hugging Face's config.json that decides what the network computes. */
const configSchema = z.object({
  model_type: z.literal('bert'),
  hidden_act: z.literal('gelu').default('gelu'),
  position_embedding_type: z.literal('absolute').default('absolute'),
  is_decoder: z.literal(false).default(false),
  tie_word_embeddings: z.literal(true).default(true),
  num_hidden_layers: size,
  hidden_size: size,
  num_attention_heads: size,
  intermediate_size: size,
  vocab_size: size,
  max_position_embeddings: size,
  type_vocab_size: size.default(2),
  layer_norm_eps: z.number().positive().default(1e-12),
  hidden_dropout_prob: z.number().min(0).lt(1).default(0.1),
  attention_probs_dropout_prob: z.number().min(0).lt(1).default(0.1),
});

export function weightsFile(folder: string): string {
  return join(folder, WEIGHTS_FILE);
}

/**
 * Sizes of the backbone in a Hugging Face-style folder.
 * @throws ConfigurationError that names field, expected and found, where the folder holds no BERT-type masked LM
 */
export async function readBackboneConfig(folder: string): Promise<BackboneConfig> {
  const file = join(folder, CONFIG_FILE);
  const parsed = configSchema.safeParse(await readJson(file), { reportInput: true });
  if (!parsed.success)
    throw new ConfigurationError(`${file} is not that of a BERT-type masked LM. ${describe(parsed.error)}`);
  const config = parsed.data;
  if (config.hidden_size % config.num_attention_heads !== 0) {
    throw new ConfigurationError(
      `Expected \`hidden_size\` in ${file} to be a multiple of \`num_attention_heads\` (${config.num_attention_heads}), found ${config.hidden_size}.`,
    );
  }
  return {
    layers: config.num_hidden_layers,
    hiddenSize: config.hidden_size,
    heads: config.num_attention_heads,
    intermediateSize: config.intermediate_size,
    vocabularySize: config.vocab_size,
    maxPositions: config.max_position_embeddings,
    typeVocabularySize: config.type_vocab_size,
    layerNormEps: config.layer_norm_eps,
    hiddenDropout: config.hidden_dropout_prob,
    attentionDropout: config.attention_probs_dropout_prob,
  };
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigurationError(`Expected a backbone's configuration at ${file}, found no readable file.`, {
      cause: error,
    });
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError(`Expected ${file} to be JSON, found text that is not.`, { cause: error });
  }
}

function describe({ issues }: z.ZodError): string {
  return issues
    .map((issue) => {
      const expected = issue.code === 'invalid_value' ? issue.values.map(String).join(' or ') : issue.message;
      return `Expected \`${issue.path.join('.')}\` to be ${expected}, found ${JSON.stringify(issue.input)}.`;
    })
    .join(' ');
}

/**
 * sha256 of the weights. A `fingerprint.json` ({sha256, bytes}) beside them saves reading them, when the size still fits.
 * @throws ConfigurationError where the folder has no weights
 */
export async function fingerprintBackbone(folder: string): Promise<string> {
  const file = weightsFile(folder);
  const { size: bytes } = await stat(file).catch((error: unknown) => {
    throw new ConfigurationError(`Expected a backbone's weights at ${file}, found no readable file.`, { cause: error });
  });
  const recorded = await readRecorded(join(folder, FINGERPRINT_FILE));
  if (recorded?.bytes === bytes) return recorded.sha256;
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

const fingerprintSchema = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int() });

/** Null where there is none, or none that can be read: the weights themselves decide then. */
async function readRecorded(file: string): Promise<z.infer<typeof fingerprintSchema> | null> {
  try {
    return fingerprintSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}
