import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convertBert } from '../../../runtime/install/bert-conversion.mjs';
import { readTensorBundle } from '../../../runtime/install/tensor-bundle.mjs';
import { makeTensorIndex } from '../tensor-bundle-file.ts';
import { temporaryFolder } from '../temporary.ts';
import { writeZip } from '../zip-file.ts';

const VOCABULARY = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'great'];
const HEAD = 'module/cls/predictions';
const LAYER = 'module/bert/encoder/layer_0';

/** Name, shape, first number; numbers count up from there. */
const TENSORS: [string, number[], number][] = [
  ['module/bert/embeddings/LayerNorm/beta', [2], 10],
  ['module/bert/embeddings/position_embeddings', [3, 2], 20],
  ['module/bert/embeddings/token_type_embeddings', [2, 2], 30],
  ['module/bert/embeddings/word_embeddings', [6, 2], 40],
  [`${LAYER}/attention/self/query/kernel`, [2, 3], 60],
  [`${LAYER}/intermediate/dense/kernel`, [2, 4], 70],
  ['module/bert/pooler/dense/kernel', [2, 2], 80],
  [`${HEAD}/output_bias`, [6], 90],
];

describe('the installed backbone', () => {
  test('a tensor bundle index gives shape and place of every tensor', () => {
    const places = readTensorBundle(makeTensorIndex(layOut().index));
    expect(places.get('module/bert/embeddings/position_embeddings')).toEqual({ shape: [3, 2], offset: 8, bytes: 24 });
    expect(places.size).toBe(TENSORS.length);
    expect(() => readTensorBundle(Buffer.alloc(100))).toThrow('Expected a tensor bundle index');
  });

  test('a TensorFlow module becomes a Hugging Face folder with dense kernels turned round', async () => {
    const folder = temporaryFolder();
    const module = join(folder, 'module.zip');
    const { index, data } = layOut();
    writeZip(module, [
      { name: 'assets/vocab.txt', contents: Buffer.from(VOCABULARY.join('\n') + '\n') },
      { name: 'variables/variables.index', contents: makeTensorIndex(index) },
      { name: 'variables/variables.data-00000-of-00001', contents: data },
    ]);
    const { sha256 } = await convertBert(module, folder);
    const file = readFileSync(join(folder, 'model.safetensors'));
    expect(createHash('sha256').update(file).digest('hex')).toBe(sha256);
    const tensors = decode(file);
    expect(Object.keys(tensors)).toEqual([
      'bert.embeddings.LayerNorm.bias',
      'bert.embeddings.position_embeddings.weight',
      'bert.embeddings.token_type_embeddings.weight',
      'bert.embeddings.word_embeddings.weight',
      'bert.encoder.layer.0.attention.self.query.weight',
      'bert.encoder.layer.0.intermediate.dense.weight',
      'cls.predictions.bias',
    ]);
    expect(tensors['bert.encoder.layer.0.attention.self.query.weight']).toEqual({
      shape: [3, 2],
      values: [60, 63, 61, 64, 62, 65],
    });
    expect(readJson(folder, 'config.json')).toMatchObject({
      hidden_size: 2,
      intermediate_size: 4,
      max_position_embeddings: 3,
      num_hidden_layers: 1,
      vocab_size: 6,
    });
    const tokenizer = readJson(folder, 'tokenizer.json') as { model: { vocab: Record<string, number> } };
    expect(tokenizer.model.vocab).toEqual(Object.fromEntries(VOCABULARY.map((token, id) => [token, id])));
    expect(readJson(folder, 'fingerprint.json')).toEqual({ sha256, bytes: file.length });
  });
});

function layOut(): { index: Parameters<typeof makeTensorIndex>[0]; data: Buffer } {
  let offset = 0;
  const parts: Buffer[] = [];
  const index = TENSORS.map(([name, shape, first]) => {
    const size = shape.reduce((product, one) => product * one, 1);
    const numbers = Float32Array.from({ length: size }, (_, at) => first + at);
    parts.push(Buffer.from(numbers.buffer));
    offset += size * 4;
    return { name, shape, offset: offset - size * 4 };
  });
  return { index, data: Buffer.concat(parts) };
}

function decode(file: Buffer): Record<string, { shape: number[]; values: number[] }> {
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<
    string,
    { shape: number[]; data_offsets: [number, number] }
  >;
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  return Object.fromEntries(
    entries.map(
      ([
        name,
        {
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        const bytes = file.subarray(8 + length + from, 8 + length + to);
        const values = Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
        return [name, { shape, values }];
      },
    ),
  );
}

function readJson(folder: string, name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}
