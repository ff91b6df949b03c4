// Where backbones and data come from on this machine.
import type { Sources } from '../control/facts.ts';
import { resolveBackbone } from '../runtime/backbones.ts';
import { resolveDataset } from '../runtime/datasets.ts';
import { hubAccess } from '../runtime/hub.ts';
import type { Terminal } from './command.ts';

/** @param mayDownload whether a backbone that is not on this machine is brought there; true if absent */
export function sourcesOf(
  { environment, say }: Pick<Terminal, 'environment' | 'say'>,
  { mayDownload = true }: { mayDownload?: boolean } = {},
): Sources {
  const access = { cacheFolder: environment.cacheFolder, say, ...hubAccess(environment) };
  return {
    resolveBackbone: (name) => resolveBackbone(name, { ...access, mayDownload }),
    resolveDataset: (reference) => resolveDataset(reference, access),
  };
}
