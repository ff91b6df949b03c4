// The backbone on this worker's own disk, checked to be the very one that the sweep was launched with.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fingerprintBackbone } from '../data/backbone-files.ts';
import type { BackboneReference } from '../sweep/trial.ts';
import type { Dependencies } from './dependencies.ts';
import { isHubAway, trialFailure } from './failure.ts';

export type FindBackbone = (backbone: BackboneReference, onProgress: () => void) => Promise<string>;

type Places = Pick<Dependencies, 'resolveBackbone' | 'backboneFolders'>;

interface Local {
  folder: string;
  fingerprint: string;
}

/** Answers with the folder. Weights are hashed once a worker, not once a trial. */
export function createBackboneFinder(deps: Places): FindBackbone {
  const known = new Map<string, string>();
  return async ({ name, fingerprint }, onProgress) => {
    const before = known.get(fingerprint);
    if (before !== undefined) return before;
    const named = await byName(deps, name, onProgress);
    const folder = isSame(named, fingerprint) ? named.folder : await inFolders(deps, { name, fingerprint }, onProgress);
    // What is not found may be put right while the worker lives: look at it anew then.
    if (folder === null) throw notFound(nowhere(name, fingerprint, named), named);
    known.set(fingerprint, folder);
    return folder;
  };
}

/** What the name leads to on this machine, or the reason why it leads nowhere. */
async function byName(deps: Places, name: string, onProgress: () => void): Promise<Local | Error> {
  try {
    const { folder } = await deps.resolveBackbone(name, onProgress);
    onProgress();
    const fingerprint = await fingerprintBackbone(folder);
    onProgress();
    return { folder, fingerprint };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The folder among those that this worker was told of, the one of the same name first: weights are slow to hash. */
async function inFolders(
  { backboneFolders = [] }: Places,
  { name, fingerprint }: Pick<BackboneReference, 'name' | 'fingerprint'>,
  onProgress: () => void,
): Promise<string | null> {
  for (const home of backboneFolders) {
    const names = await readdir(home).catch(() => []);
    const alike = (one: string): number => Number(one !== basename(name));
    for (const one of names.toSorted((a, b) => alike(a) - alike(b))) {
      const folder = join(home, one);
      const found = await fingerprintBackbone(folder).catch(() => null);
      onProgress();
      if (found === fingerprint) return folder;
    }
  }
  return null;
}

function notFound(message: string, found: Local | Error): Error {
  return isHubAway(found) ? trialFailure('unknown', found.message) : trialFailure('configuration', message);
}

function isSame(found: Local | Error, fingerprint: string): found is Local {
  return !(found instanceof Error) && found.fingerprint === fingerprint;
}

function nowhere(name: string, fingerprint: string, found: Local | Error): string {
  const short = fingerprint.slice(0, 12);
  const what = found instanceof Error ? found.message : `found ${found.fingerprint.slice(0, 12)}`;
  return (
    `Expected backbone \`${name}\` on this worker to have the fingerprint ${short} it was launched with, ${what}. Copy the folder to the ` +
    'same path on this machine, or into a folder that `LPT_SWEEP_BACKBONES` names, and resume the sweep.'
  );
}
