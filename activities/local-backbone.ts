// The backbone on this worker's own disk, checked to be the very one that the sweep was launched with.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fingerprintBackbone } from '../data/backbone-files.ts';
import { otherSetup } from '../data/backbone-setup.ts';
import { backboneIdentity } from '../sweep/backbone-identity.ts';
import type { BackboneReference } from '../sweep/trial.ts';
import type { Dependencies } from './dependencies.ts';
import { isHubAway, trialFailure } from './failure.ts';

export type FindBackbone = (backbone: BackboneReference, onProgress: () => void) => Promise<string>;

type Places = Pick<Dependencies, 'resolveBackbone' | 'backboneFolders'>;

interface Local {
  folder: string;
  fingerprint: string;
  /** Of the same weights, where configuration or tokenizer are other ones. */
  otherSetup: string | null;
}

/** Answers with the folder. Weights are hashed once a worker, not once a trial. */
export function createBackboneFinder(deps: Places): FindBackbone {
  const known = new Map<string, string>();
  return async (backbone, onProgress) => {
    const identity = backboneIdentity(backbone);
    const before = known.get(identity);
    if (before !== undefined) return before;
    const named = await byName(deps, backbone, onProgress);
    const folder = isSame(named, backbone) ? named.folder : await inFolders(deps, backbone, onProgress);
    // What is not found may be put right while the worker lives: look at it anew then.
    if (folder === null) throw notFound(nowhere(backbone, named), named);
    known.set(identity, folder);
    return folder;
  };
}

/** What the name leads to on this machine, or the reason why it leads nowhere. */
async function byName(deps: Places, backbone: BackboneReference, onProgress: () => void): Promise<Local | Error> {
  try {
    const { folder } = await deps.resolveBackbone(backbone.name, onProgress);
    onProgress();
    const found = await lookAt(folder, backbone);
    onProgress();
    return found;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function lookAt(folder: string, { fingerprint: asked, setup }: BackboneReference): Promise<Local> {
  const fingerprint = await fingerprintBackbone(folder);
  return { folder, fingerprint, otherSetup: fingerprint === asked ? await otherSetup(folder, setup) : null };
}

/** The folder among those that this worker was told of, the one of the same name first: weights are slow to hash. */
async function inFolders(
  { backboneFolders = [] }: Places,
  backbone: BackboneReference,
  onProgress: () => void,
): Promise<string | null> {
  for (const home of backboneFolders) {
    const names = await readdir(home).catch(() => []);
    const alike = (one: string): number => Number(one !== basename(backbone.name));
    for (const one of names.toSorted((a, b) => alike(a) - alike(b))) {
      const folder = join(home, one);
      const found = await lookAt(folder, backbone).catch(() => null);
      onProgress();
      if (found !== null && isSame(found, backbone)) return folder;
    }
  }
  return null;
}

function notFound(message: string, found: Local | Error): Error {
  return isHubAway(found) ? trialFailure('unknown', found.message) : trialFailure('configuration', message);
}

function isSame(found: Local | Error, { fingerprint }: BackboneReference): found is Local {
  return !(found instanceof Error) && found.fingerprint === fingerprint && found.otherSetup === null;
}

function nowhere({ name, fingerprint, setup = '' }: BackboneReference, found: Local | Error): string {
  const what = `backbone \`${name}\` on this worker`;
  const copy =
    'Copy the folder to the same path on this machine, or into a folder that `LPT_SWEEP_BACKBONES` names, and resume the sweep.';
  if (!(found instanceof Error) && found.otherSetup !== null)
    return `Expected config.json and tokenizer of ${what} (${found.folder}) to have the fingerprint ${short(setup)} they were launched with, found ${short(found.otherSetup)}. ${copy}`;
  const instead = found instanceof Error ? found.message : `found ${short(found.fingerprint)}`;
  return `Expected ${what} to have the fingerprint ${short(fingerprint)} it was launched with, ${instead}. ${copy}`;
}

function short(print: string): string {
  return print.slice(0, 12);
}
