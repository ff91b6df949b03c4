// The backbone on this worker's own disk, checked to be the very one that the sweep was launched with.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fingerprintBackbone } from '../data/backbone-files.ts';
import { otherSetup } from '../data/backbone-setup.ts';
import { backboneIdentity } from '../sweep/backbone-identity.ts';
import type { BackboneReference } from '../sweep/backbone.ts';
import { shortFingerprint } from '../sweep/fingerprint.ts';
import type { Dependencies } from './dependencies.ts';
import { hubKind, isHubAway, trialFailure } from './failure.ts';
import { patiently, type Patience } from './patience.ts';

/** With patience, a hub that is away is waited for. */
export type FindBackbone = (
  backbone: BackboneReference,
  onProgress: () => void,
  patience?: Patience,
) => Promise<string>;

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
  return async (backbone, onProgress, patience) => {
    const identity = backboneIdentity(backbone);
    const before = known.get(identity);
    if (before !== undefined) return before;
    // What is not found may be put right while the worker lives: look at it anew then.
    const folder = await search({ deps, backbone, onProgress, patience });
    known.set(identity, folder);
    return folder;
  };
}

interface Search {
  deps: Places;
  backbone: BackboneReference;
  onProgress: () => void;
  patience: Patience | undefined;
}

async function search({ deps, backbone, onProgress, patience }: Search): Promise<string> {
  const look = (): Promise<Local | Error> => byName(deps, backbone, onProgress);
  const named = await look();
  if (isSame(named, backbone)) return named.folder;
  const beside = await inFolders(deps, backbone, onProgress);
  if (beside !== null) return beside;
  const found = isHubAway(named) ? await untilThere(look, patience) : named;
  if (isSame(found, backbone)) return found.folder;
  throw notFound(nowhere(backbone, found), found);
}

/** What the name leads to on this machine, or the reason why it leads nowhere. */
async function byName(deps: Places, backbone: BackboneReference, onProgress: () => void): Promise<Local | Error> {
  try {
    const { folder } = await deps.resolveBackbone(backbone.name, onProgress);
    onProgress();
    const found = await lookAt(folder, backbone, onProgress);
    onProgress();
    return found;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The other folders have been searched already: weights are slow to hash. */
function untilThere(look: () => Promise<Local | Error>, patience?: Patience): Promise<Local | Error> {
  const insist = async (): Promise<Local | Error> => {
    const named = await look();
    if (isHubAway(named)) throw named;
    return named;
  };
  return patiently(insist, patience ?? { delaysMs: [] }).catch((error: unknown) => error as Error);
}

async function lookAt(
  folder: string,
  { fingerprint: asked, setup }: BackboneReference,
  onProgress: () => void,
): Promise<Local> {
  const fingerprint = await fingerprintBackbone(folder, onProgress);
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
      const found = await lookAt(folder, backbone, onProgress).catch(() => null);
      onProgress();
      if (found !== null && isSame(found, backbone)) return folder;
    }
  }
  return null;
}

/** The trial goes on by itself then. */
const WITHOUT_A_WAY =
  'If this machine has no way to it, copy the folder of the backbone into one that `LPT_SWEEP_BACKBONES` names.';

function notFound(message: string, found: Local | Error): Error {
  const kind = hubKind(found);
  const isHubs = found instanceof Error && kind !== undefined;
  if (!isHubs) return trialFailure('configuration', message);
  return trialFailure(kind, kind === 'hub-away' ? `${found.message} ${WITHOUT_A_WAY}` : found.message);
}

function isSame(found: Local | Error, { fingerprint }: BackboneReference): found is Local {
  return !(found instanceof Error) && found.fingerprint === fingerprint && found.otherSetup === null;
}

function nowhere({ name, fingerprint, setup = '' }: BackboneReference, found: Local | Error): string {
  const what = `backbone \`${name}\` on this worker`;
  const copy =
    'Copy the folder to the same path on this machine, or into a folder that `LPT_SWEEP_BACKBONES` names, and resume the sweep.';
  if (!(found instanceof Error) && found.otherSetup !== null)
    return `Expected config.json and tokenizer of ${what} (${found.folder}) to have the fingerprint ${shortFingerprint(setup)} they were launched with, found ${shortFingerprint(found.otherSetup)}. ${copy}`;
  const instead = found instanceof Error ? found.message : `found ${shortFingerprint(found.fingerprint)}`;
  return `Expected ${what} to have the fingerprint ${shortFingerprint(fingerprint)} it was launched with, ${instead}. ${copy}`;
}
