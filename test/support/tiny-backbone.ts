// A BERT of a few kilobytes with random weights and a small vocabulary, written as a Hugging Face-style folder.
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprintData } from '../../data/dataset.ts';
import { threefry2x32 } from '../../data/random.ts';
import type { DataSource } from '../../sweep/task.ts';
import { encodeSafetensors, type StoredTensor } from '../../training/safetensors.ts';

export interface TinyBackbone {
  folder: string;
  fingerprint: string;
  layers: number;
}

const SIZES = { layers: 4, hiddenSize: 32, heads: 2, intermediateSize: 64, maxPositions: 64 };
/** Words of the reviews below; the label words are `terrible` and `great`. */
const WORDS = 'terrible great . it was a the film plot cast dull slow bad fine lovely bright and but very not'.split(
  ' ',
);
const VOCABULARY = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...WORDS];

export async function writeTinyBackbone(folder: string): Promise<TinyBackbone> {
  await mkdir(folder, { recursive: true });
  const weights = encodeSafetensors(tensors());
  await writeFile(join(folder, 'model.safetensors'), weights);
  await writeFile(join(folder, 'vocab.txt'), VOCABULARY.join('\n') + '\n');
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ do_lower_case: true }));
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({
      model_type: 'bert',
      num_hidden_layers: SIZES.layers,
      hidden_size: SIZES.hiddenSize,
      num_attention_heads: SIZES.heads,
      intermediate_size: SIZES.intermediateSize,
      vocab_size: VOCABULARY.length,
      max_position_embeddings: SIZES.maxPositions,
    }),
  );
  return { folder, fingerprint: createHash('sha256').update(weights).digest('hex'), layers: SIZES.layers };
}

/** Reviews of the tiny vocabulary: as many good as bad ones, of 4 to 9 words. */
export function tinyReviews(count: number): string {
  const good = ['fine', 'lovely', 'bright'];
  const bad = ['dull', 'slow', 'bad'];
  const lines = Array.from({ length: count }, (_, i) => {
    const [word] = threefry2x32([i, 0], [1, 1]);
    const said = (i % 2 === 0 ? bad : good)[word % 3] ?? '';
    return `the ${['film', 'plot', 'cast'][(word >>> 8) % 3] ?? ''} was ${'very '.repeat((word >>> 16) % 6)}${said}\t${i % 2}`;
  });
  return ['sentence\tlabel', ...lines].join('\n') + '\n';
}

/** 120 reviews to train on and 40 to test. */
export async function writeTinyData(folder: string): Promise<DataSource> {
  const files = { train: join(folder, 'train.tsv'), test: join(folder, 'test.tsv') };
  await writeFile(files.train, tinyReviews(120));
  await writeFile(files.test, tinyReviews(40));
  const columns = { sentence: 'sentence', label: 'label' };
  return { files, columns, fingerprint: await fingerprintData(files, columns) };
}

function tensors(): Record<string, StoredTensor> {
  const { layers, hiddenSize: D, intermediateSize: F, maxPositions } = SIZES;
  const all: Record<string, StoredTensor> = {};
  const add = (name: string, shape: number[], scale: number): void => {
    all[name] = { shape, values: random(Object.keys(all).length, shape, scale) };
  };
  const linear = (name: string, rows: number, columns: number): void => {
    add(`${name}.weight`, [rows, columns], 2 / Math.sqrt(columns));
    add(`${name}.bias`, [rows], 0.1);
  };
  const norm = (name: string): void => {
    all[`${name}.weight`] = { shape: [D], values: new Float32Array(D).fill(1) };
    add(`${name}.bias`, [D], 0.1);
  };
  add('bert.embeddings.word_embeddings.weight', [VOCABULARY.length, D], 1);
  add('bert.embeddings.position_embeddings.weight', [maxPositions, D], 0.2);
  add('bert.embeddings.token_type_embeddings.weight', [2, D], 0.1);
  norm('bert.embeddings.LayerNorm');
  for (let index = 0; index < layers; index++) {
    const at = `bert.encoder.layer.${index}`;
    for (const part of ['query', 'key', 'value']) linear(`${at}.attention.self.${part}`, D, D);
    linear(`${at}.attention.output.dense`, D, D);
    norm(`${at}.attention.output.LayerNorm`);
    linear(`${at}.intermediate.dense`, F, D);
    linear(`${at}.output.dense`, D, F);
    norm(`${at}.output.LayerNorm`);
  }
  linear('cls.predictions.transform.dense', D, D);
  norm('cls.predictions.transform.LayerNorm');
  add('cls.predictions.bias', [VOCABULARY.length], 0.1);
  return all;
}

/** Uniform in ±scale, the same numbers for every test. */
function random(seed: number, shape: number[], scale: number): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  return Float32Array.from({ length: size }, (_, i) => (threefry2x32([seed, 99], [i, 0])[0] / 2 ** 31 - 1) * scale);
}
