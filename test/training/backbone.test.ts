import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tensorsOf } from '../../lpt/weights.ts';
import { loadBackbone } from '../../training/backbone.ts';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from '../../training/safetensors.ts';
import { expectHiddenStates, TINY_BACKBONE, tinyFolder, type TinyName } from '../support/fixtures.ts';
import { useTensorflow } from '../support/tensors.ts';

useTensorflow();

type Weights = Record<string, StoredTensor>;

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lpt-sweep-backbone-'));
});
afterAll(() => rm(scratch, { recursive: true }));

/** A tiny backbone with its weights changed. */
async function changed(change: (weights: Weights) => Weights, name: TinyName = 'bert-tiny'): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'changed-'));
  await copyFile(join(tinyFolder(name), 'config.json'), join(folder, 'config.json'));
  const { tensors } = decodeSafetensors(await readFile(join(tinyFolder(name), 'model.safetensors')));
  await writeFile(join(folder, 'model.safetensors'), encodeSafetensors(change(tensors)));
  return folder;
}

const renamed = (weights: Weights, rename: (name: string) => string): Weights =>
  Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [rename(name), tensor]));

const without = (weights: Weights, absent: string): Weights =>
  Object.fromEntries(Object.entries(weights).filter(([name]) => name !== absent));

async function expectSameHiddenStates(folder: string): Promise<void> {
  const backbone = await loadBackbone(folder);
  await expectHiddenStates(backbone, 4);
  backbone.dispose();
}

/** The weights in two files with an index, as transformers writes large ones. */
async function sharded(): Promise<string> {
  const folder = await changed((weights) => weights);
  const { tensors } = decodeSafetensors(await readFile(join(folder, 'model.safetensors')));
  await rm(join(folder, 'model.safetensors'));
  const parts = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
  const places = Object.keys(tensors).map((name, index) => [name, parts[index % 2]!] as const);
  for (const part of parts) {
    const names = places.flatMap(([name, place]) => (place === part ? [name] : []));
    const own = Object.fromEntries(names.map((name) => [name, tensors[name]!]));
    await writeFile(join(folder, part), encodeSafetensors(own));
  }
  const index = { metadata: {}, weight_map: Object.fromEntries(places) };
  await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
  return folder;
}

test('a backbone has its sizes, its fingerprint, and frees all its tensors', async () => {
  const before = tf.memory().numTensors;
  const backbone = await loadBackbone(TINY_BACKBONE);
  expect(backbone.config).toMatchObject({
    layers: 4,
    hiddenSize: 32,
    heads: 4,
    vocabularySize: 97,
    hiddenDropout: 0.1,
    attentionDropout: 0.1,
  });
  expect(backbone.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(tf.memory().numTensors).toBe(before + tensorsOf(backbone.weights).length);
  backbone.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test.each<TinyName>(['roberta-tiny', 'distilbert-tiny', 'electra-tiny', 'gpt2-tiny'])(
  '%s frees all its tensors, also those it was put together from',
  async (name) => {
    const before = tf.memory().numTensors;
    const backbone = await loadBackbone(tinyFolder(name));
    expect(tf.memory().numTensors).toBe(before + tensorsOf(backbone.weights).length);
    backbone.dispose();
    expect(tf.memory().numTensors).toBe(before);
  },
);

test('a load gives a sign of life with each tensor, and one that is ended there frees all it had', async () => {
  const folder = await changed((weights) => weights);
  const before = tf.memory().numTensors;
  let signs = 0;
  const backbone = await loadBackbone(folder, () => Promise.resolve(void (signs += 1)));
  const read = tensorsOf(backbone.weights).length;
  // And one with the only piece of the file, whose sha256 is taken.
  expect(signs).toBeGreaterThan(read);
  backbone.dispose();
  let left = signs - 5;
  const end = (): Promise<void> => ((left -= 1) === 0 ? Promise.reject(new Error('stopped')) : Promise.resolve());
  await expect(loadBackbone(folder, end)).rejects.toThrow('stopped');
  expect(tf.memory().numTensors).toBe(before);
});

test('weights in several files are read as those in one, and one that is missing is named', async () => {
  const folder = await sharded();
  await expectSameHiddenStates(folder);
  await rm(join(folder, 'model-00002-of-00002.safetensors'));
  await expect(loadBackbone(folder)).rejects.toThrow('found no model-00002-of-00002.safetensors');
});

test.each([
  ['roberta-tiny', 'roberta.'],
  ['gpt2-tiny', 'transformer.'],
] as [TinyName, string][])('a file of %s whose names lack the `%s` in front is read', async (name, prefix) => {
  const [whole, bare] = await Promise.all([
    loadBackbone(tinyFolder(name)),
    changed((weights) => renamed(weights, (one) => one.replace(prefix, '')), name).then(loadBackbone),
  ]);
  expect(tensorsOf(bare.weights).map((one) => one.dataSync())).toEqual(
    tensorsOf(whole.weights).map((one) => one.dataSync()),
  );
  whole.dispose();
  bare.dispose();
});

test('a file whose names lack the `bert.` in front is read', async () => {
  await expectSameHiddenStates(await changed((weights) => renamed(weights, (name) => name.replace(/^bert\./, ''))));
});

test('a file with LayerNorms of gamma and beta, as converted from TensorFlow, is read', async () => {
  const old = (name: string) =>
    name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta');
  await expectSameHiddenStates(await changed((weights) => renamed(weights, old)));
});

test('a file with a copy of the decoder, and its bias under the decoder’s name, is read', async () => {
  await expectSameHiddenStates(
    await changed((weights) => ({
      ...renamed(weights, (name) => (name === 'cls.predictions.bias' ? 'cls.predictions.decoder.bias' : name)),
      'cls.predictions.decoder.weight': weights['bert.embeddings.word_embeddings.weight']!,
    })),
  );
});

test.each([
  [
    'cls.predictions.transform.dense.weight',
    /`cls\.predictions\.transform\.dense\.weight`.* of shape \[32, 32\] .* found none\. Is it an encoder without its masked-LM head\?/,
  ],
  [
    'bert.encoder.layer.2.output.dense.bias',
    /`bert\.encoder\.layer\.2\.output\.dense\.bias` .* of shape \[32\] .* found none/,
  ],
])('a missing tensor is named: %s', async (name, message) => {
  const before = tf.memory().numTensors;
  await expect(loadBackbone(await changed((weights) => without(weights, name)))).rejects.toThrow(message);
  expect(tf.memory().numTensors).toBe(before);
});

test('a decoder’s missing tensor is named without a word on masked-LM heads', async () => {
  const folder = await changed((weights) => without(weights, 'transformer.ln_f.weight'), 'gpt2-tiny');
  await expect(loadBackbone(folder)).rejects.toThrow(/`transformer\.ln_f\.weight` or .* found none\.$/);
});

test('ELECTRA’s discriminator, which has no head for words, is found out', async () => {
  const folder = await changed(
    (weights) => Object.fromEntries(Object.entries(weights).filter(([name]) => name.startsWith('electra.'))),
    'electra-tiny',
  );
  await expect(loadBackbone(folder)).rejects.toThrow(
    /`generator_predictions\.dense\.weight` .* Is it an encoder without its masked-LM head\?/,
  );
});

test('a tensor of the wrong shape is named, with both shapes', async () => {
  const name = 'bert.encoder.layer.1.intermediate.dense.weight';
  const folder = await changed((weights) => ({ ...weights, [name]: { ...weights[name]!, shape: [32, 56] } }));
  await expect(loadBackbone(folder)).rejects.toThrow(
    /`bert\.encoder\.layer\.1\.intermediate\.dense\.weight` .* to have shape \[56, 32\] as config\.json says, found \[32, 56\]/,
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('a weight that is %d is named, with its place', async (bad) => {
  const name = 'bert.encoder.layer.3.attention.self.value.weight';
  const folder = await changed((weights) => {
    weights[name]!.values[77] = bad;
    return weights;
  });
  await expect(loadBackbone(folder)).rejects.toThrow(
    new RegExp(`\`${name}\` in .* to hold finite numbers, found ${bad} at index 77`),
  );
});

test('a truncated file is refused before anything is read', async () => {
  const folder = await changed((weights) => weights);
  const file = join(folder, 'model.safetensors');
  await writeFile(file, (await readFile(file)).subarray(0, -1000));
  await expect(loadBackbone(folder)).rejects.toThrow(/the file is truncated/);
});

test('a configuration that does not fit the weights is found out', async () => {
  const folder = await changed((weights) => weights);
  const config = join(folder, 'config.json');
  await writeFile(config, (await readFile(config, 'utf8')).replace('"vocab_size": 97', '"vocab_size": 98'));
  await expect(loadBackbone(folder)).rejects.toThrow(
    /word_embeddings\.weight` .* \[98, 32\] as config\.json says, found \[97, 32\]/,
  );
});
