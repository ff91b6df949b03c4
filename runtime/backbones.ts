// Finds a backbone's folder by what a sweep file calls it: the installed one, a folder, or an id on the Hub.
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheLayout } from './folders.mjs';
import { downloadHubFile, listHubFiles, type HubAccess, type HubFile } from './hub.ts';
import { withLock } from './install/lock.mjs';
import { buildWhole } from './install/whole-folder.mjs';

export const INSTALLED_BACKBONE = 'bert-base-uncased';

const CONFIG = 'config.json';
const WEIGHTS = 'model.safetensors';
const OPTIONAL = ['tokenizer.json', 'vocab.txt', 'tokenizer_config.json', 'special_tokens_map.json'];
const HUB_ID = /^[\w.-]+(\/[\w.-]+)?$/;

export async function resolveBackbone(
  name: string,
  { cacheFolder, ...access }: HubAccess & { cacheFolder: string },
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
  const download = () => downloadBackbone(name, { ...access, folder });
  if (!existsSync(folder)) await withLock(join(layout.locks, `backbone-${name.replace('/', '--')}`), download);
  return { name, folder };
}

/** Downloads a Hub id's files into `folder`, unless another process has done it meanwhile. */
export async function downloadBackbone(
  id: string,
  { folder, ...access }: HubAccess & { folder: string },
): Promise<void> {
  if (existsSync(folder)) return;
  const repository = { type: 'model', name: id, revision: 'main' } as const;
  const files = chooseFiles(id, await listHubFiles(repository, access));
  await buildWhole(folder, async (into) => {
    for (const file of files) {
      const sha256 = await downloadHubFile(repository, { file, into, name: file.path, access });
      if (file.path !== WEIGHTS) continue;
      writeFileSync(join(into, 'fingerprint.json'), JSON.stringify({ sha256, bytes: file.size }) + '\n');
    }
  });
}

function chooseFiles(id: string, files: HubFile[]): HubFile[] {
  const find = (path: string) => files.find((file) => file.path === path);
  const [config, weights] = [find(CONFIG), find(WEIGHTS)];
  const optional = OPTIONAL.flatMap((path) => find(path) ?? []);
  if (!config) throw new Error(`Expected backbone ${id} to have ${CONFIG}, found none.`);
  if (!weights) throw new Error(`Expected backbone ${id} to have ${WEIGHTS}, found ${otherWeights(files)}.`);
  if (!find('tokenizer.json') && !find('vocab.txt')) {
    throw new Error(`Expected backbone ${id} to have tokenizer.json or vocab.txt, found neither.`);
  }
  return [config, ...optional, weights];
}

function otherWeights(files: HubFile[]): string {
  if (files.some((file) => file.path === `${WEIGHTS}.index.json`))
    return 'weights in several files, which are not read yet';
  const other = files.find((file) => /^(pytorch_model.*\.bin|tf_model\.h5|flax_model\.msgpack)$/.test(file.path));
  return other ? `only ${other.path} (convert it to safetensors first)` : 'no weights';
}

function checkFolder(folder: string): string {
  const has = (name: string) => existsSync(join(folder, name));
  const missing = [CONFIG, WEIGHTS].filter((name) => !has(name));
  if (!has('tokenizer.json') && !has('vocab.txt')) missing.push('tokenizer.json or vocab.txt');
  if (missing.length === 0) return folder;
  throw new Error(
    `Expected a Hugging Face folder with a masked language model in ${folder}, found no ${missing.join(', no ')}.`,
  );
}
