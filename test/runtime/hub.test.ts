import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { sourcesOf } from '../../cli/sources.ts';
import { fingerprintBackbone } from '../../data/backbone-files.ts';
import { resolveBackbone } from '../../runtime/backbones.ts';
import { resolveDataset } from '../../runtime/datasets.ts';
import { readEnvironment } from '../../runtime/environment.mjs';
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

  test('is only looked for by who asks for no download', async () => {
    const hub = await startHub({ repositories: { [`model/${MODEL_ID}@main`]: MODEL } });
    const options = { cacheFolder: temporaryFolder(), hubUrl: hub.url };
    const terminal = { environment: { ...readEnvironment(), ...options }, say: () => undefined };
    const looking = sourcesOf(terminal, { mayDownload: false });
    await expect(looking.resolveBackbone(MODEL_ID)).rejects.toThrow(`Expected backbone ${MODEL_ID} to be in `);
    expect(hub.downloads).toEqual([]);
    const found = await resolveBackbone(MODEL_ID, options);
    expect(await looking.resolveBackbone(MODEL_ID)).toEqual(found);
  });

  test('two that want it at once download it once, and the one that waits hears that it goes on', async () => {
    const hub = await startHub({ repositories: { [`model/${MODEL_ID}@main`]: MODEL } });
    const options = { cacheFolder: temporaryFolder(), hubUrl: hub.url };
    let beats = 0;
    const waiting = { ...options, onProgress: () => (beats += 1) };
    await Promise.all([resolveBackbone(MODEL_ID, options), resolveBackbone(MODEL_ID, waiting)]);
    expect(hub.downloads).toHaveLength(3);
    expect(beats).toBeGreaterThan(0);
  });

  test('of one large file is told of piece by piece, and in words now and then', async () => {
    const large = { ...MODEL, 'model.safetensors': WEIGHTS.repeat(10) };
    const hub = await startHub({ repositories: { [`model/${MODEL_ID}@main`]: large } });
    const said: string[] = [];
    let beats = 0;
    let clock = 0;
    const now = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 6_000));
    onTestFinished(() => now.mockRestore());
    const access = { say: (text: string) => said.push(text), onProgress: () => (beats += 1) };
    await resolveBackbone(MODEL_ID, { ...access, cacheFolder: temporaryFolder(), hubUrl: hub.url });
    const ofWeights = said.filter((text) => text.includes('model.safetensors'));
    expect(ofWeights[0]).toBe('downloading someone/small-bert/model.safetensors (3.2 MB)');
    expect(ofWeights[1]).toMatch(/^downloading someone\/small-bert\/model.safetensors: \d+ % of 3.2 MB$/);
    // Three files begin, and 3.2 MB come in pieces of no more than some hundred kB.
    expect(beats).toBeGreaterThan(3 + 5);
  });

  test('a transfer that breaks leaves nothing', async () => {
    const repositories = { [`model/${MODEL_ID}@main`]: MODEL };
    const hub = await startHub({ repositories, breaks: 'model.safetensors' });
    const cacheFolder = temporaryFolder();
    await expect(resolveBackbone(MODEL_ID, { cacheFolder, hubUrl: hub.url })).rejects.toMatchObject({
      message: expect.stringContaining(`Backbone ${MODEL_ID} could not be downloaded`) as string,
      fault: 'away',
    });
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

  test('in several files comes with all that its index names, and with the fingerprint of them all', async () => {
    const index = { weight_map: { a: 'model-2.safetensors', b: 'model-1.safetensors', c: 'model-2.safetensors' } };
    const sharded = {
      ...{
        'config.json': '{}',
        'vocab.json': '{}',
        'merges.txt': '',
        'model.safetensors.index.json': JSON.stringify(index),
      },
      ...{ 'model-1.safetensors': 'wei', 'model-2.safetensors': 'ghts', 'model-3.safetensors': 'of something else' },
    };
    const hub = await startHub({ repositories: { 'model/a/sharded@main': sharded } });
    const { folder } = await resolveBackbone('a/sharded', { cacheFolder: temporaryFolder(), hubUrl: hub.url });
    expect(readdirSync(folder).toSorted()).toEqual([
      'config.json',
      'fingerprint.json',
      'merges.txt',
      'model-1.safetensors',
      'model-2.safetensors',
      'model.safetensors.index.json',
      'vocab.json',
    ]);
    const recorded = await fingerprintBackbone(folder);
    expect(JSON.parse(readFileSync(join(folder, 'fingerprint.json'), 'utf8'))).toEqual({ sha256: recorded, bytes: 7 });
    rmSync(join(folder, 'fingerprint.json'));
    expect(await fingerprintBackbone(folder)).toBe(recorded);
  });

  test('that lacks a file which its index names is refused, and leaves nothing', async () => {
    const index = { weight_map: { a: 'model-1.safetensors' } };
    const files = { 'config.json': '{}', 'vocab.txt': '', 'model.safetensors.index.json': JSON.stringify(index) };
    const hub = await startHub({ repositories: { 'model/a/half@main': files } });
    const cacheFolder = temporaryFolder();
    await expect(resolveBackbone('a/half', { cacheFolder, hubUrl: hub.url })).rejects.toThrow(
      'Expected backbone a/half to have model-1.safetensors, which its model.safetensors.index.json names, found none.',
    );
    expect(readdirSync(join(cacheFolder, 'backbones', 'hub'))).toEqual([]);
  });

  test('what is not there, or not in safetensors, is said', async () => {
    const old = { 'config.json': '{}', 'vocab.txt': '', 'pytorch_model.bin': 'x' };
    const bare = { 'config.json': '{}', 'vocab.json': '{}', 'model.safetensors': 'x' };
    const hub = await startHub({ repositories: { 'model/a/old@main': old, 'model/a/bare@main': bare } });
    const options = { cacheFolder: temporaryFolder(), hubUrl: hub.url };
    await expect(resolveBackbone('a/old', options)).rejects.toThrow(
      'found only pytorch_model.bin: download it (hf download a/old --local-dir FOLDER) and give the folder as backbone',
    );
    await expect(resolveBackbone('a/bare', options)).rejects.toThrow('or vocab.json and merges.txt, found none');
    await expect(resolveBackbone('a/none', options)).rejects.toThrow('the hub has nothing of that name');
    await expect(resolveBackbone('./no/such/folder', options)).rejects.toThrow('no such folder');
  });

  test('a folder of the right form is taken as it is, another is refused with what it lacks', async () => {
    const [folder, cacheFolder] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(folder, 'config.json'), '{}');
    await expect(resolveBackbone(folder, { cacheFolder })).rejects.toThrow(
      'found no model.safetensors, no tokenizer.json, vocab.txt, or vocab.json and merges.txt',
    );
    for (const name of ['model.safetensors', 'vocab.txt']) writeFileSync(join(folder, name), '');
    expect(await resolveBackbone(folder, { cacheFolder })).toEqual({ name: folder, folder });
  });

  test('a folder with weights in PyTorch’s own format is told how to convert them', async () => {
    const [folder, cacheFolder] = [temporaryFolder(), temporaryFolder()];
    for (const name of ['config.json', 'vocab.txt', 'pytorch_model.bin']) writeFileSync(join(folder, name), '{}');
    const resolved = await resolveBackbone(folder, { cacheFolder });
    await expect(fingerprintBackbone(resolved.folder)).rejects.toThrow('found only pytorch_model.bin. Convert it: cd ');
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

  test('of MRPC as GLUE has it is tested on dev, though the Hub has labels for its test set; no other data set is', async () => {
    const splits = ['train', 'validation', 'test'].map((split) => `mrpc/${split}/0000.parquet`);
    const files = Object.fromEntries(splits.map((path) => [path, path]));
    const ids = ['nyu-mll/glue', 'someone/paraphrases'];
    const repositories = Object.fromEntries(ids.map((id) => [`dataset/${id}@refs/convert/parquet`, files]));
    const hub = await startHub({ repositories });
    const options = { cacheFolder: temporaryFolder(), hubUrl: hub.url };
    const splitsOf = async (id: string) => Object.keys(await resolveDataset(`hub:${id}:mrpc`, options)).toSorted();
    expect(await splitsOf('nyu-mll/glue')).toEqual(['dev', 'train']);
    // From the cache, too.
    expect(await splitsOf('nyu-mll/glue')).toEqual(['dev', 'train']);
    expect(await splitsOf('someone/paraphrases')).toEqual(['dev', 'test', 'train']);
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

  test('is found whatever letters its extension has', async () => {
    const [folder, cacheFolder] = [temporaryFolder(), temporaryFolder()];
    const at = (name: string): string => join(folder, name);
    for (const name of ['train.CSV', 'test.Tsv']) writeFileSync(at(name), '');
    expect(await resolveDataset(folder, { cacheFolder })).toEqual({ train: at('train.CSV'), test: at('test.Tsv') });
    expect(await resolveDataset(at('train.CSV'), { cacheFolder })).toEqual({ train: at('train.CSV') });
  });

  test('of MNLI in GLUE’s own folder has both test sets, the second from dev', async () => {
    const folder = temporaryFolder();
    const names = ['train', 'dev_matched', 'dev_mismatched', 'test_matched', 'test_mismatched'];
    for (const name of names) writeFileSync(join(folder, `${name}.tsv`), '');
    const at = (name: string): string => join(folder, `${name}.tsv`);
    expect(await resolveDataset(folder, { cacheFolder: temporaryFolder() })).toEqual({
      ...{ train: at('train'), dev: at('dev_matched'), test: at('test_matched') },
      testMismatched: at('dev_mismatched'),
    });
    writeFileSync(join(folder, 'dev_mismatched.csv'), '');
    await expect(resolveDataset(folder, { cacheFolder: temporaryFolder() })).rejects.toThrow(
      `Expected one file for testMismatched in ${folder}, found`,
    );
  });

  test('of another kind is refused', async () => {
    const cacheFolder = temporaryFolder();
    mkdirSync(join(cacheFolder, 'x'));
    writeFileSync(join(cacheFolder, 'x', 'data.xlsx'), '');
    await expect(resolveDataset(join(cacheFolder, 'x', 'data.xlsx'), { cacheFolder })).rejects.toThrow('found ".xlsx"');
    await expect(resolveDataset('movies', { cacheFolder })).rejects.toThrow('found "movies"');
  });
});
