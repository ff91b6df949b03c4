// Pure: how much of a layer's output is kept of a text.
import type { BackboneConfig } from './backbone-config.ts';

/** Vectors: of the last layer, which nothing runs on, the one for the whole text and the one at the mask, which are one in a decoder. */
export function keptVectors(
  layer: number,
  tokens: number,
  { layers, architecture }: Pick<BackboneConfig, 'layers' | 'architecture'>,
): number {
  if (layer < layers) return tokens;
  return architecture === 'encoder' ? 2 : 1;
}
