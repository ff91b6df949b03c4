// The backbone on this worker's own disk, checked to be the very one that the sweep was launched with.
import { fingerprintBackbone } from '../data/backbone-files.ts';
import type { BackboneReference } from '../sweep/trial.ts';
import type { Dependencies } from './dependencies.ts';
import { trialFailure } from './failure.ts';

export type FindBackbone = (backbone: BackboneReference, onProgress: () => void) => Promise<string>;

/** Answers with the folder. Weights are hashed once a worker, not once a trial. */
export function createBackboneFinder(deps: Pick<Dependencies, 'resolveBackbone'>): FindBackbone {
  const found = new Map<string, { folder: string; fingerprint: string }>();
  return async ({ name, fingerprint }, onProgress) => {
    let local = found.get(name);
    if (local === undefined) {
      const { folder } = await resolve(deps, name, onProgress);
      onProgress();
      local = { folder, fingerprint: await fingerprintBackbone(folder) };
      onProgress();
      // A folder that differs may be put right while the worker lives: look at it anew then.
      if (local.fingerprint === fingerprint) found.set(name, local);
    }
    if (local.fingerprint === fingerprint) return local.folder;
    throw trialFailure(
      'configuration',
      `Expected backbone \`${name}\` on this worker to have the fingerprint ${fingerprint.slice(0, 12)} it was launched with, found ${local.fingerprint.slice(0, 12)}.`,
    );
  };
}

async function resolve(
  { resolveBackbone }: Pick<Dependencies, 'resolveBackbone'>,
  name: string,
  onProgress: () => void,
): Promise<{ folder: string }> {
  try {
    return await resolveBackbone(name, onProgress);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw trialFailure('configuration', `Expected backbone \`${name}\` to be found on this worker: ${reason}`);
  }
}
