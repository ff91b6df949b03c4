// H_k of a batch, where the method asked for it.
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { Batch } from './batch.ts';

/** @throws where the batch holds others */
export function hiddenOf({ hidden }: Batch, layer: number): Tensor3D {
  const found = hidden?.[layer];
  if (found !== undefined) return found; // [B, T, D]
  const has = Object.keys(hidden ?? {});
  const words = has.length === 0 ? 'nothing' : `that of ${has.join(', ')}`;
  throw new Error(`Expected \`batch.hidden\` to hold the output of layer ${layer}, found ${words}.`);
}
