import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fingerprintBackbone, readBackboneConfig } from '../../data/backbone-files.ts';
import { TINY_BACKBONE, tinyFolder } from '../support/fixtures.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lpt-sweep-backbone-files-'));
});
afterAll(() => rm(scratch, { recursive: true }));

async function folderWith(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'folder-'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

async function configWith(changes: Record<string, unknown>): Promise<string> {
  const config: unknown = JSON.parse(await readFile(join(TINY_BACKBONE, 'config.json'), 'utf8'));
  return folderWith({ 'config.json': JSON.stringify({ ...(config as object), ...changes }) });
}

test('the sizes come out of config.json', async () => {
  expect(await readBackboneConfig(TINY_BACKBONE)).toEqual({
    ...{ layers: 4, hiddenSize: 32, heads: 4, intermediateSize: 56, vocabularySize: 97, maxPositions: 24 },
    ...{ modelType: 'bert', architecture: 'encoder', activation: 'gelu', embeddingSize: 32, positionsSkipped: 0 },
    ...{ typeVocabularySize: 2, layerNormEps: 1e-12, embeddingDropout: 0.1 },
    ...{ hiddenDropout: 0.1, attentionOutputDropout: 0.1, attentionDropout: 0.1 },
  });
});

describe('each type of backbone has its sizes under names of its own', () => {
  test.each([
    // 20 positions, of which RoBERTa leaves out those of the ids 0 and 1 (padding).
    ['roberta-tiny', { modelType: 'roberta', maxPositions: 18, positionsSkipped: 2, typeVocabularySize: 1 }],
    ['distilbert-tiny', { modelType: 'distilbert', layers: 3, hiddenSize: 16, heads: 2, intermediateSize: 24 }],
    // transformers drops nothing behind DistilBERT's `out_lin`.
    ['distilbert-tiny', { embeddingDropout: 0.1, hiddenDropout: 0.1, attentionOutputDropout: 0 }],
    ['gpt2-tiny', { hiddenDropout: 0.1, attentionOutputDropout: 0.1 }],
    ['electra-tiny', { modelType: 'electra', hiddenSize: 16, embeddingSize: 12, typeVocabularySize: 2 }],
    ['gpt2-tiny', { architecture: 'decoder', activation: 'gelu-tanh', intermediateSize: 40, layerNormEps: 1e-5 }],
  ] as const)('%s', async (name, sizes) => {
    expect(await readBackboneConfig(tinyFolder(name))).toMatchObject(sizes);
  });

  test('GPT-2’s inner size is four times its width where it is not said', async () => {
    const gpt2 = { model_type: 'gpt2', n_layer: 2, n_embd: 8, n_head: 2, vocab_size: 9, n_positions: 4, n_inner: null };
    const folder = await folderWith({ 'config.json': JSON.stringify(gpt2) });
    expect(await readBackboneConfig(folder)).toMatchObject({ intermediateSize: 32 });
  });
});

test('both dropout rates are those of config.json', async () => {
  const folder = await configWith({ hidden_dropout_prob: 0.2, attention_probs_dropout_prob: 0.3 });
  expect(await readBackboneConfig(folder)).toMatchObject({
    ...{ hiddenDropout: 0.2, attentionOutputDropout: 0.2, attentionDropout: 0.3 },
  });
});

describe('a configuration that cannot be served is refused by field', () => {
  test.each([
    [{ model_type: 't5' }, 'to be one of bert, roberta, distilbert, electra, gpt2, found "t5".'],
    [{ model_type: undefined }, 'to be one of bert, roberta, distilbert, electra, gpt2, found undefined.'],
    [{ hidden_act: 'relu' }, 'Expected `hidden_act` to be gelu, found "relu".'],
    [{ tie_word_embeddings: false }, 'Expected `tie_word_embeddings` to be true, found false.'],
    [{ num_hidden_layers: 0 }, 'Expected `num_hidden_layers` to be'],
    [{ num_attention_heads: 5 }, 'to be a multiple of the number of attention heads (5), found 32'],
  ])('%j', async (changes, message) => {
    await expect(readBackboneConfig(await configWith(changes))).rejects.toThrow(message);
  });

  test('and so is a folder without one, or with one that is not JSON', async () => {
    await expect(readBackboneConfig(join(scratch, 'nowhere'))).rejects.toThrow(/nowhere.*found no readable file/);
    await expect(readBackboneConfig(await folderWith({ 'config.json': '{' }))).rejects.toThrow(/to be JSON/);
  });
});

describe('the fingerprint', () => {
  const weights = Buffer.from('weights');
  const sha256 = createHash('sha256').update(weights).digest('hex');
  const recorded = 'ab'.repeat(32);

  test('is the sha256 of the weights', async () => {
    expect(await fingerprintBackbone(await folderWith({ 'model.safetensors': weights }))).toBe(sha256);
  });

  test('of large weights is taken with a sign of life now and then', async () => {
    const folder = await folderWith({ 'model.safetensors': new Uint8Array(2 ** 25) });
    let signs = 0;
    await fingerprintBackbone(folder, () => void (signs += 1));
    expect(signs).toBeGreaterThan(1);
  });

  test('is taken from fingerprint.json while the size fits', async () => {
    const record = JSON.stringify({ sha256: recorded, bytes: weights.length });
    expect(
      await fingerprintBackbone(await folderWith({ 'model.safetensors': weights, 'fingerprint.json': record })),
    ).toBe(recorded);
  });

  test.each([JSON.stringify({ sha256: recorded, bytes: 1 }), 'not JSON', '{}'])(
    'is not believed where fingerprint.json is %s',
    async (record) => {
      expect(
        await fingerprintBackbone(await folderWith({ 'model.safetensors': weights, 'fingerprint.json': record })),
      ).toBe(sha256);
    },
  );

  test('is not believed where the weights are younger than fingerprint.json, whatever their size', async () => {
    const record = JSON.stringify({ sha256: recorded, bytes: weights.length });
    const folder = await folderWith({ 'model.safetensors': weights, 'fingerprint.json': record });
    await utimes(join(folder, 'fingerprint.json'), 1000, 1000);
    await utimes(join(folder, 'model.safetensors'), 1000, 1001);
    expect(await fingerprintBackbone(folder)).toBe(sha256);
    await utimes(join(folder, 'model.safetensors'), 1000, 1000);
    expect(await fingerprintBackbone(folder)).toBe(recorded);
  });

  test('of several files is that of their bytes one after another, in the order of their names', async () => {
    const index = { weight_map: { b: 'model-2.safetensors', a: 'model-1.safetensors', c: 'model-2.safetensors' } };
    const folder = await folderWith({
      ...{ 'model-1.safetensors': 'wei', 'model-2.safetensors': 'ghts' },
      'model.safetensors.index.json': JSON.stringify(index),
    });
    expect(await fingerprintBackbone(folder)).toBe(sha256);
    await rm(join(folder, 'model-1.safetensors'));
    await expect(fingerprintBackbone(folder)).rejects.toThrow('beside it, found no model-1.safetensors.');
  });

  test('is not taken from files outside the folder', async () => {
    const index = { weight_map: { a: '../elsewhere.safetensors' } };
    const folder = await folderWith({ 'model.safetensors.index.json': JSON.stringify(index) });
    await expect(fingerprintBackbone(folder)).rejects.toThrow('found no ../elsewhere.safetensors.');
  });

  test('of a folder without weights is refused', async () => {
    await expect(fingerprintBackbone(scratch)).rejects.toThrow(/backbone's weights at .*model\.safetensors/);
  });

  test('of weights in PyTorch’s own format is refused, with the command that converts them', async () => {
    const folder = await folderWith({ 'pytorch_model.bin': 'pickled' });
    await expect(fingerprintBackbone(folder)).rejects.toThrow(
      /found only pytorch_model\.bin\. Convert it: cd ".*" && python -c "import torch, safetensors\.torch as s; .*"$/,
    );
    const other = await folderWith({ 'pytorch_model-00001-of-00002.bin': 'pickled' });
    await expect(fingerprintBackbone(other)).rejects.toThrow('found only pytorch_model-00001-of-00002.bin. Load the');
  });
});
