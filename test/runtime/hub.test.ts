import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveBackbone } from '../../runtime/backbones.ts';
import { resolveDataset } from '../../runtime/datasets.ts';
import { startHub } from './hub-server.ts';
import { temporaryFolder } from './temporary.ts';

const WEIGHTS = 'weights '.repeat(40_000);
const MODEL = {
  'config.json': '{}',
  'vocab.txt': '[PAD]\n',
  'model.safetensors': WEIGHTS,
  'pytorch_model.bin': 'the same once more',
};
const MODEL_ID = 'someone/small-bert';
const DATASET_ID = 'someone/reviews';
const PARQUET = `dataset/${DATASET_ID}@refs/convert/parquet`;

describe('a backbone', () => {
  test('from the hub is downloaded once, without the weights of other frameworks', async () => {
    const hub = await startHub({ repositories: { [`model/${MODEL_ID}@main`]: MODEL } });
    const options = { cacheFolder: temporaryFolder(), hubUrl: hub.url };
    const { folder } = await resolveBackbone(MODEL_ID, options);
    expect(readdirSync(folder).toSorted()).toEqual([
      'config.json',
      'fingerprint.json',
      'model.safetensors',
      'vocab.txt',
    ]);
    expect(readFileSync(join(folder, 'model.safetensors'), 'utf8')).toBe(WEIGHTS);
    expect(await resolveBackbone(MODEL_ID, options)).toEqual({ name: MODEL_ID, folder });
    expect(hub.downloads).toHaveLength(3);
  });

  test('two that want it at once download it once', async () => {
    const hub = await startHub({ repositories: { [`model/${MODEL_ID}@main`]: MODEL } });
    const options = { cacheFolder: temporaryFolder(), hubUrl: hub.url };
    await Promise.all([resolveBackbone(MODEL_ID, options), resolveBackbone(MODEL_ID, options)]);
    expect(hub.downloads).toHaveLength(3);
  });

  test('a transfer that breaks leaves nothing', async () => {
    const repositories = { [`model/${MODEL_ID}@main`]: MODEL };
    const hub = await startHub({ repositories, breaks: 'model.safetensors' });
    const cacheFolder = temporaryFolder();
    await expect(resolveBackbone(MODEL_ID, { cacheFolder, hubUrl: hub.url })).rejects.toThrow(
      `Backbone ${MODEL_ID} could not be downloaded`,
    );
    expect(readdirSync(join(cacheFolder, 'backbones', 'hub'))).toEqual([]);
    const whole = await startHub({ repositories });
    const { folder } = await resolveBackbone(MODEL_ID, { cacheFolder, hubUrl: whole.url });
    expect(existsSync(join(folder, 'model.safetensors'))).toBe(true);
  });

  test('a token reaches a private repository, and a missing one is asked for', async () => {
    const repositories = { [`model/${MODEL_ID}@main`]: MODEL };
    const hub = await startHub({ repositories, token: 'hf_secret' });
    const options = { cacheFolder: temporaryFolder(), hubUrl: hub.url };
    await expect(resolveBackbone(MODEL_ID, options)).rejects.toThrow('wants a token for it (HF_TOKEN)');
    await resolveBackbone(MODEL_ID, { ...options, hubToken: 'hf_secret' });
  });

  test('what is not there, or not in safetensors, is said', async () => {
    const old = { 'config.json': '{}', 'vocab.txt': '', 'pytorch_model.bin': 'x' };
    const sharded = { 'config.json': '{}', 'vocab.txt': '', 'model.safetensors.index.json': '{}' };
    const hub = await startHub({ repositories: { 'model/a/old@main': old, 'model/a/sharded@main': sharded } });
    const options = { cacheFolder: temporaryFolder(), hubUrl: hub.url };
    await expect(resolveBackbone('a/old', options)).rejects.toThrow('found only pytorch_model.bin');
    await expect(resolveBackbone('a/sharded', options)).rejects.toThrow('weights in several files');
    await expect(resolveBackbone('a/none', options)).rejects.toThrow('the hub has nothing of that name');
    await expect(resolveBackbone('./no/such/folder', options)).rejects.toThrow('no such folder');
  });

  test('a folder of the right form is taken as it is, another is refused with what it lacks', async () => {
    const [folder, cacheFolder] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(folder, 'config.json'), '{}');
    await expect(resolveBackbone(folder, { cacheFolder })).rejects.toThrow(
      'found no model.safetensors, no tokenizer.json or vocab.txt',
    );
    for (const name of ['model.safetensors', 'vocab.txt']) writeFileSync(join(folder, name), '');
    expect(await resolveBackbone(folder, { cacheFolder })).toEqual({ name: folder, folder });
  });
});

describe('a dataset', () => {
  test('from the hub comes as the Parquet files of one configuration', async () => {
    const files = {
      'plain/train/0000.parquet': 'TRAIN',
      'plain/validation/0000.parquet': 'DEV',
      'other/train/0000.parquet': 'X',
    };
    const hub = await startHub({ repositories: { [PARQUET]: files } });
    const options = { cacheFolder: temporaryFolder(), hubUrl: hub.url };
    await expect(resolveDataset(`hub:${DATASET_ID}`, options)).rejects.toThrow('it has plain, other');
    const found = await resolveDataset(`hub:${DATASET_ID}:plain`, options);
    expect(Object.keys(found).toSorted()).toEqual(['dev', 'train']);
    expect(readFileSync(found.train, 'utf8')).toBe('TRAIN');
    expect(await resolveDataset(`hub:${DATASET_ID}:plain`, options)).toEqual(found);
    expect(hub.downloads).toHaveLength(2);
  });

  test('a transfer that breaks leaves nothing', async () => {
    const files = { 'default/train/0000.parquet': 'x'.repeat(300_000), 'default/test/0000.parquet': 'y' };
    const hub = await startHub({ repositories: { [PARQUET]: files }, breaks: 'default/train/0000.parquet' });
    const cacheFolder = temporaryFolder();
    await expect(resolveDataset(`hub:${DATASET_ID}`, { cacheFolder, hubUrl: hub.url })).rejects.toThrow(
      `Dataset ${DATASET_ID} could not be downloaded`,
    );
    expect(readdirSync(join(cacheFolder, 'datasets', 'hub'))).toEqual([]);
  });

  test('with two test sets has both, those of dev where its own have no labels', async () => {
    const names = ['train', 'validation_matched', 'validation_mismatched', 'test_matched', 'test_mismatched'];
    const files = Object.fromEntries(names.map((name) => [`mnli/${name}/0000.parquet`, name]));
    const hub = await startHub({ repositories: { [PARQUET]: files } });
    const found = await resolveDataset(`hub:${DATASET_ID}:mnli`, { cacheFolder: temporaryFolder(), hubUrl: hub.url });
    const contents = Object.entries<string>({ ...found }).map(([split, file]) => [split, readFileSync(file, 'utf8')]);
    expect(Object.fromEntries(contents)).toEqual({
      ...{ train: 'train', dev: 'validation_matched', test: 'test_matched', testMismatched: 'validation_mismatched' },
    });
  });

  test('in a folder is found by the names of its splits', async () => {
    const [folder, cacheFolder] = [temporaryFolder(), temporaryFolder()];
    await expect(resolveDataset(folder, { cacheFolder })).rejects.toThrow(`Expected a train split in ${folder}`);
    for (const name of ['train.jsonl', 'validation.jsonl', 'README.md']) writeFileSync(join(folder, name), '');
    const train = join(folder, 'train.jsonl');
    expect(await resolveDataset(folder, { cacheFolder })).toEqual({ train, dev: join(folder, 'validation.jsonl') });
    expect(await resolveDataset(train, { cacheFolder })).toEqual({ train });
    writeFileSync(join(folder, 'train.tsv'), '');
    await expect(resolveDataset(folder, { cacheFolder })).rejects.toThrow('Expected one file for train');
  });

  test('of another kind is refused', async () => {
    const cacheFolder = temporaryFolder();
    mkdirSync(join(cacheFolder, 'x'));
    writeFileSync(join(cacheFolder, 'x', 'data.xlsx'), '');
    await expect(resolveDataset(join(cacheFolder, 'x', 'data.xlsx'), { cacheFolder })).rejects.toThrow('found ".xlsx"');
    await expect(resolveDataset('movies', { cacheFolder })).rejects.toThrow('found "movies"');
  });
});
