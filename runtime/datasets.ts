// Finds a task's files by what a sweep file calls them: the built-in reviews, a folder, one file, or a dataset on the Hub.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { cacheLayout } from './folders.mjs';
import { downloadHubFile, listHubFiles, type HubAccess, type HubFile } from './hub.ts';
import { withLock } from './install/lock.mjs';
import { buildWhole } from './install/whole-folder.mjs';

/** Absolute paths. */
export interface DatasetFiles {
  train: string;
  dev?: string;
  test?: string;
  /** MNLI's second test set. */
  testMismatched?: string;
}

export const BUILT_IN_DATASET = 'movie-reviews';

const FORMATS = ['.tsv', '.csv', '.jsonl', '.parquet'];
/** What a split is called in folders and on the Hub. */
const SPLITS = {
  train: ['train'],
  dev: ['dev', 'validation', 'valid', 'dev_matched', 'validation_matched'],
  test: ['test', 'test_matched'],
  // GLUE's own test sets have no labels: where there are both, that of dev is taken.
  testMismatched: ['test-mismatched', 'validation_mismatched', 'dev_mismatched', 'test_mismatched'],
} as const;
type SplitName = keyof typeof SPLITS;
/** Where the Hub keeps every dataset converted to Parquet: `<config>/<split>/0000.parquet`. */
const CONVERTED = 'refs/convert/parquet';

export async function resolveDataset(
  reference: string,
  { cacheFolder, ...access }: HubAccess & { cacheFolder: string },
): Promise<DatasetFiles> {
  if (reference === BUILT_IN_DATASET) return builtIn(cacheFolder);
  if (reference.startsWith('hub:')) return fromHub(reference, { cacheFolder, access });
  const found = statSync(reference, { throwIfNoEntry: false });
  if (found?.isDirectory()) return inFolder(resolve(reference));
  if (!found)
    throw new Error(`Expected dataset to be ${BUILT_IN_DATASET}, a folder, a file or hub:<id>, found "${reference}".`);
  if (isKnown(extname(reference))) return { train: resolve(reference) };
  throw new Error(`Expected dataset ${reference} to end in ${FORMATS.join(', ')}, found "${extname(reference)}".`);
}

/** `.CSV`, as Windows writes it, is one too: readers make no difference. */
function isKnown(extension: string): boolean {
  return FORMATS.includes(extension.toLowerCase());
}

function builtIn(cacheFolder: string): DatasetFiles {
  const folder = cacheLayout(cacheFolder).movieReviews;
  if (existsSync(folder)) return { train: join(folder, 'train.tsv'), test: join(folder, 'test.tsv') };
  throw new Error(`Dataset ${BUILT_IN_DATASET} is not installed: run \`node scripts/setup.mjs\`.`);
}

function inFolder(folder: string): DatasetFiles {
  const names = readdirSync(folder);
  const find = (split: SplitName): string | undefined => {
    const found = firstNamed(split, (one) =>
      names.filter((name) => isKnown(extname(name)) && basename(name, extname(name)) === one),
    );
    if (found.length > 1) throw new Error(`Expected one file for ${split} in ${folder}, found ${found.join(' and ')}.`);
    return found[0] === undefined ? undefined : join(folder, found[0]);
  };
  return withTrain(folder, find);
}

async function fromHub(
  reference: string,
  { cacheFolder, access }: { cacheFolder: string; access: HubAccess },
): Promise<DatasetFiles> {
  const [, id = '', config] = reference.split(':');
  const layout = cacheLayout(cacheFolder);
  const name = [id.replace('/', '--'), ...(config === undefined ? [] : [config])].join('--');
  const folder = join(layout.hubDatasets, name);
  if (!existsSync(folder)) {
    const downloadOnce = async (): Promise<void> => {
      if (!existsSync(folder)) await download({ id, config, folder, access });
    };
    await withLock(join(layout.locks, `dataset-${name}`), downloadOnce, { onLook: access.onProgress });
  }
  const files = inFolder(folder);
  return isGlueMrpc(id, config) ? withDevAsTest(files) : files;
}

/** The one task of GLUE whose test labels the Hub has. The papers' scores are on dev. */
function isGlueMrpc(id: string, config: string | undefined): boolean {
  return id.split('/').at(-1) === 'glue' && config === 'mrpc';
}

function withDevAsTest({ test: _, ...files }: DatasetFiles): DatasetFiles {
  return files;
}

interface Download {
  id: string;
  config: string | undefined;
  folder: string;
  access: HubAccess;
}

async function download({ id, config, folder, access }: Download): Promise<void> {
  const repository = { type: 'dataset', name: id, revision: CONVERTED } as const;
  const files = (await listHubFiles(repository, access)).filter((file) => file.path.endsWith('.parquet'));
  const chosen = chooseConfig(id, { config, files });
  const splits = withTrain(id, (split) => oneFile(id, { split, files: chosen }));
  await buildWhole(folder, async (into) => {
    for (const [split, file] of Object.entries(splits)) {
      await downloadHubFile(repository, { file, into, name: `${SPLITS[split as SplitName][0]}.parquet`, access });
    }
  });
}

function chooseConfig(id: string, { config, files }: { config: string | undefined; files: HubFile[] }): HubFile[] {
  const configs = [...new Set(files.map((file) => file.path.split('/')[0] ?? ''))];
  const wanted = config ?? (configs.length === 1 ? configs[0] : 'default');
  if (wanted !== undefined && configs.includes(wanted))
    return files.filter((file) => file.path.startsWith(`${wanted}/`));
  const expected = configs.length === 0 ? 'the Hub has no Parquet files of it' : `it has ${configs.join(', ')}`;
  throw new Error(
    `Expected a configuration of dataset ${id} (hub:${id}:<configuration>), found "${config ?? ''}": ${expected}.`,
  );
}

function oneFile(id: string, { split, files }: { split: SplitName; files: HubFile[] }): HubFile | undefined {
  const found = firstNamed(split, (name) => files.filter((file) => file.path.split('/')[1] === name));
  if (found.length > 1)
    throw new Error(`Expected one Parquet file for ${split} of dataset ${id}, found ${found.length}.`);
  return found[0];
}

/** Of the first of a split's names that has any. */
function firstNamed<T>(split: SplitName, filesOf: (name: string) => T[]): T[] {
  return SPLITS[split].map(filesOf).find((ofName) => ofName.length > 0) ?? [];
}

function withTrain<T>(
  where: string,
  find: (split: SplitName) => T | undefined,
): { train: T } & { [Split in SplitName]?: T } {
  const train = find('train');
  if (train === undefined) throw new Error(`Expected a train split in ${where}, found none.`);
  const others = (['dev', 'test', 'testMismatched'] as const).map((split) => [split, find(split)] as const);
  return { train, ...Object.fromEntries(others.filter(([, file]) => file !== undefined)) };
}
