// Where backbones and data come from on this machine.
import type { Sources } from '../control/facts.ts';
import { resolveBackbone } from '../runtime/backbones.ts';
import { resolveDataset } from '../runtime/datasets.ts';
import type { Terminal } from './command.ts';

export function sourcesOf({ environment, say }: Pick<Terminal, 'environment' | 'say'>): Sources {
  const { cacheFolder, hubUrl, hubToken } = environment;
  const access = {
    cacheFolder,
    say,
    ...(hubUrl === undefined ? {} : { hubUrl }),
    ...(hubToken === undefined ? {} : { hubToken }),
  };
  return {
    resolveBackbone: (name) => resolveBackbone(name, access),
    resolveDataset: (reference) => resolveDataset(reference, access),
  };
}
