import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fingerprintBackbone, readBackboneConfig } from '../../data/backbone-files.ts';
import { TINY_BACKBONE } from '../support/fixtures.ts';

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
    ...{ typeVocabularySize: 2, layerNormEps: 1e-12, hiddenDropout: 0.1, attentionDropout: 0.1 },
  });
});

test('both dropout rates are those of config.json', async () => {
  const folder = await configWith({ hidden_dropout_prob: 0.2, attention_probs_dropout_prob: 0.3 });
  expect(await readBackboneConfig(folder)).toMatchObject({ hiddenDropout: 0.2, attentionDropout: 0.3 });
});

describe('a configuration that cannot be served is refused by field', () => {
  test.each([
    [{ model_type: 'gpt2' }, 'Expected `model_type` to be bert, found "gpt2".'],
    [{ hidden_act: 'relu' }, 'Expected `hidden_act` to be gelu, found "relu".'],
    [{ tie_word_embeddings: false }, 'Expected `tie_word_embeddings` to be true, found false.'],
    [{ num_hidden_layers: 0 }, 'Expected `num_hidden_layers` to be'],
    [{ num_attention_heads: 5 }, 'to be a multiple of `num_attention_heads` (5), found 32'],
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

  test('of a folder without weights is refused', async () => {
    await expect(fingerprintBackbone(scratch)).rejects.toThrow(/backbone's weights at .*model\.safetensors/);
  });
});
