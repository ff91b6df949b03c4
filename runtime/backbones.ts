// Finds a backbone's folder by what a sweep file calls it: the installed one, a folder, or an id on the Hub.
import { createHash, type Hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheLayout } from './folders.mjs';
import { downloadHubFile, listHubFiles, type HubAccess, type HubFile } from './hub.ts';
import { withLock } from './install/lock.mjs';
import { buildWhole } from './install/whole-folder.mjs';

export const INSTALLED_BACKBONE = 'bert-base-uncased';

const CONFIG = 'config.json';
const WEIGHTS = 'model.safetensors';
const INDEX = `${WEIGHTS}.index.json`;
const OPTIONAL = ['tokenizer.json', 'vocab.txt', 'vocab.json', 'merges.txt', 'tokenizer_config.json'];
const OTHER_WEIGHTS = /^(pytorch_model.*\.bin|tf_model\.h5|flax_model\.msgpack)$/;
const HUB_ID = /^[\w.-]+(\/[\w.-]+)?$/;

export interface BackboneAccess extends HubAccess {
  cacheFolder: string;
  /** Whether a Hub id that is not on this machine is brought there; true if absent. */
  mayDownload?: boolean;
}

export async function resolveBackbone(
  name: string,
  { cacheFolder, mayDownload = true, ...access }: BackboneAccess,
): Promise<{ name: string; folder: string }> {
  const layout = cacheLayout(cacheFolder);
  if (name === INSTALLED_BACKBONE) {
    if (existsSync(layout.bertBaseUncased)) return { name, folder: layout.bertBaseUncased };
    throw new Error(`Backbone ${name} is not installed: run \`node scripts/setup.mjs\`.`);
  }
  if (statSync(name, { throwIfNoEntry: false })?.isDirectory()) return { name, folder: checkFolder(resolve(name)) };
  if (!HUB_ID.test(name) || name.startsWith('.')) {
    throw new Error(
      `Expected backbone to be ${INSTALLED_BACKBONE}, a folder or a Hub id, found "${name}" (no such folder).`,
    );
  }
  const folder = join(layout.hubBackbones, name.replace('/', '--'));
  if (existsSync(folder)) return { name, folder };
  if (!mayDownload) throw new Error(`Expected backbone ${name} to be in ${folder}, found no such folder.`);
  const download = () => downloadBackbone(name, { ...access, folder });
  const lock = join(layout.locks, `backbone-${name.replace('/', '--')}`);
  await withLock(lock, download, { onLook: access.onProgress });
  return { name, folder };
}

/** Downloads a Hub id's files into `folder`, unless another process has done it meanwhile. */
export async function downloadBackbone(
  id: string,
  { folder, ...access }: HubAccess & { folder: string },
): Promise<void> {
  if (existsSync(folder)) return;
  const repository = { type: 'model', name: id, revision: 'main' } as const;
  const files = await listHubFiles(repository, access);
  const chosen = chooseFiles(id, files);
  await buildWhole(folder, async (into) => {
    const download = (file: HubFile, hash?: Hash) =>
      downloadHubFile(repository, { file, into, name: file.path, access, ...(hash && { hash }) });
    for (const file of chosen) await download(file);
    const weights = weightsOf(id, files, join(into, INDEX));
    const hash = createHash('sha256');
    for (const file of weights) await download(file, hash);
    const bytes = weights.reduce((sum, { size }) => sum + size, 0);
    writeFileSync(join(into, 'fingerprint.json'), JSON.stringify({ sha256: hash.digest('hex'), bytes }) + '\n');
  });
}

/** Everything but the weights themselves. */
function chooseFiles(id: string, files: HubFile[]): HubFile[] {
  const find = (path: string) => files.find((file) => file.path === path);
  const [config, index] = [find(CONFIG), find(INDEX)];
  if (!config) throw new Error(`Expected backbone ${id} to have ${CONFIG}, found none.`);
  if (!find(WEIGHTS) && !index) {
    throw new Error(`Expected backbone ${id} to have ${WEIGHTS}, found ${otherWeights(id, files)}.`);
  }
  if (!hasTokenizer((path) => find(path) !== undefined)) {
    throw new Error(`Expected backbone ${id} to have ${TOKENIZER}, found none.`);
  }
  const optional = OPTIONAL.flatMap((path) => find(path) ?? []);
  return [config, ...optional, ...(index && !find(WEIGHTS) ? [index] : [])];
}

/** One file, or those that the downloaded index names, in the order of their names. */
function weightsOf(id: string, files: HubFile[], index: string): HubFile[] {
  const whole = files.find(({ path }) => path === WEIGHTS);
  if (whole) return [whole];
  const { weight_map: map } = JSON.parse(readFileSync(index, 'utf8')) as { weight_map?: Record<string, string> };
  const names = [...new Set(Object.values(map ?? {}))].sort();
  return names.map((name) => {
    const file = files.find(({ path }) => path === name && !path.includes('/'));
    if (file) return file;
    throw new Error(`Expected backbone ${id} to have ${name}, which its ${INDEX} names, found none.`);
  });
}

function otherWeights(id: string, files: HubFile[]): string {
  const other = files.find(({ path }) => OTHER_WEIGHTS.test(path));
  if (!other) return 'no weights';
  return `only ${other.path}: download it (hf download ${id} --local-dir FOLDER) and give the folder as backbone, which then says how to convert it`;
}

const TOKENIZER = 'tokenizer.json, vocab.txt, or vocab.json and merges.txt';

function hasTokenizer(has: (name: string) => boolean): boolean {
  return has('tokenizer.json') || has('vocab.txt') || (has('vocab.json') && has('merges.txt'));
}

/** Weights in another format are let through: who reads them says how they are converted. */
function checkFolder(folder: string): string {
  const has = (name: string) => existsSync(join(folder, name));
  const missing = has(CONFIG) ? [] : [CONFIG];
  if (!has(WEIGHTS) && !has(INDEX) && !readdirSync(folder).some((name) => OTHER_WEIGHTS.test(name)))
    missing.push(WEIGHTS);
  if (!hasTokenizer(has)) missing.push(TOKENIZER);
  if (missing.length === 0) return folder;
  throw new Error(
    `Expected a Hugging Face folder with a language model in ${folder}, found no ${missing.join(', no ')}.`,
  );
}
