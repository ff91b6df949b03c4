// What a backbone's folder says of itself, read without TensorFlow: its type and sizes, and the fingerprint of its weights.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { BackboneConfig } from '../sweep/backbone-config.ts';
import { BACKBONE_TYPES, findBackboneType, type BackboneType } from './architectures/index.ts';
import { ConfigurationError } from './error.ts';

const CONFIG_FILE = 'config.json';
const WEIGHTS_FILE = 'model.safetensors';
const PYTORCH_FILE = 'pytorch_model.bin';
const INDEX_FILE = 'model.safetensors.index.json';
const FINGERPRINT_FILE = 'fingerprint.json';

/**
 * Sizes of the backbone in a Hugging Face-style folder.
 * @throws ConfigurationError that names field, expected and found, where the folder holds no backbone of a known type
 */
export async function readBackboneConfig(folder: string): Promise<BackboneConfig> {
  return (await readBackboneType(folder)).config;
}

/** The same, with the type that tells what the weights are called. */
export async function readBackboneType(folder: string): Promise<{ config: BackboneConfig; type: BackboneType }> {
  const file = join(folder, CONFIG_FILE);
  const content = await readJson(file, "a backbone's configuration");
  const modelType = z.object({ model_type: z.unknown() }).safeParse(content).data?.model_type;
  const type = findBackboneType(modelType);
  if (type === undefined) {
    const known = BACKBONE_TYPES.map((one) => one.modelType).join(', ');
    throw new ConfigurationError(
      `Expected \`model_type\` in ${file} to be one of ${known}, found ${JSON.stringify(modelType)}.`,
    );
  }
  const sizes = type.sizes.safeParse(content, { reportInput: true });
  if (!sizes.success) {
    throw new ConfigurationError(
      `${file} is not that of a ${type.modelType} that can be used. ${describe(sizes.error)}`,
    );
  }
  const config = { modelType: type.modelType, architecture: type.architecture, ...sizes.data };
  checkSizes(config, file);
  return { config, type };
}

function checkSizes({ hiddenSize, heads, maxPositions }: BackboneConfig, file: string): void {
  if (hiddenSize % heads !== 0) {
    throw new ConfigurationError(
      `Expected the hidden size in ${file} to be a multiple of the number of attention heads (${heads}), found ${hiddenSize}.`,
    );
  }
  if (maxPositions < 1) {
    throw new ConfigurationError(`Expected ${file} to leave positions for text, found ${maxPositions}.`);
  }
}

async function readJson(file: string, what: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigurationError(`Expected ${what} at ${file}, found no readable file.`, { cause: error });
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

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/**
 * The files that hold the weights, in the order in which they are hashed: one, or those that the index names.
 * @throws ConfigurationError where there are none, where one is missing, or where they are of another format
 */
export async function weightsFiles(folder: string): Promise<string[]> {
  const present = new Set(await readdir(folder).catch(() => []));
  if (present.has(WEIGHTS_FILE)) return [join(folder, WEIGHTS_FILE)];
  if (!present.has(INDEX_FILE)) throw new ConfigurationError(noWeights(folder, [...present]));
  const file = join(folder, INDEX_FILE);
  const parsed = indexSchema.safeParse(await readJson(file, 'an index of weights'));
  if (!parsed.success)
    throw new ConfigurationError(`Expected \`weight_map\` in ${file} to name files, found it malformed.`);
  const shards = [...new Set(Object.values(parsed.data.weight_map))].sort();
  const wrong = shards.find((shard) => !present.has(shard) || shard !== basename(shard));
  if (wrong !== undefined || shards.length === 0) {
    throw new ConfigurationError(`Expected the weights that ${file} names beside it, found no ${wrong ?? 'name'}.`);
  }
  return shards.map((shard) => join(folder, shard));
}

function noWeights(folder: string, present: string[]): string {
  const expected = `Expected a backbone's weights at ${join(folder, WEIGHTS_FILE)}, found`;
  if (present.includes(PYTORCH_FILE)) return `${expected} only ${PYTORCH_FILE}. Convert it: ${conversion(folder)}`;
  const other = present.find((name) => /^(pytorch_model.*\.bin|tf_model\.h5|flax_model\.msgpack)$/.test(name));
  return other === undefined
    ? `${expected} no readable file.`
    : `${expected} only ${other}. Load the model with transformers and save it again: that writes safetensors.`;
}

/** Needs nothing but PyTorch and safetensors, and keeps every name. */
function conversion(folder: string): string {
  return `cd "${folder}" && python -c "${CONVERSION}"`;
}
const CONVERSION = [
  'import torch, safetensors.torch as s',
  `w = torch.load('${PYTORCH_FILE}', map_location='cpu', weights_only=True)`,
  `s.save_file({n: t.clone().contiguous() for n, t in w.items()}, '${WEIGHTS_FILE}', {'format': 'pt'})`,
].join('; ');

/** Of weights, read between two signs of life: a slow disk takes a second or so. */
export const PIECE_BYTES = 2 ** 24;

/**
 * sha256 of the weights, file after file. A `fingerprint.json` ({sha256, bytes}) beside them saves reading them, when the
 * size still fits and none of them was written after it.
 * @param afterSome awaited after each piece that was read
 * @throws ConfigurationError where the folder has no weights
 */
export async function fingerprintBackbone(folder: string, afterSome?: () => void | Promise<void>): Promise<string> {
  const files = await weightsFiles(folder);
  const found = await Promise.all(files.map((file) => stat(file)));
  const recorded = await readRecorded(join(folder, FINGERPRINT_FILE));
  if (recorded !== null && describes(recorded, found)) return recorded.sha256;
  const hash = createHash('sha256');
  for (const file of files) {
    for await (const piece of createReadStream(file, { highWaterMark: PIECE_BYTES })) {
      hash.update(piece as Uint8Array);
      await afterSome?.();
    }
  }
  return hash.digest('hex');
}

const fingerprintSchema = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int() });

interface Recorded extends z.infer<typeof fingerprintSchema> {
  writtenAt: number;
}

/** Other weights of the same sizes are told by their time alone. */
function describes({ bytes, writtenAt }: Recorded, weights: { size: number; mtimeMs: number }[]): boolean {
  return (
    weights.reduce((sum, { size }) => sum + size, 0) === bytes && weights.every(({ mtimeMs }) => mtimeMs <= writtenAt)
  );
}

/** Null where there is none, or none that can be read: the weights themselves decide then. */
async function readRecorded(file: string): Promise<Recorded | null> {
  try {
    const recorded = fingerprintSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return { ...recorded, writtenAt: (await stat(file)).mtimeMs };
  } catch {
    return null;
  }
}
