// The hidden states that a batch must carry for a method that starts at layer k.
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { Batch } from '../method.ts';

export function hiddenOf({ hidden }: Batch, layer: number): Tensor3D {
  if (hidden === undefined) {
    throw new Error(`Expected \`batch.hidden\` to hold the output of layer ${layer}, found nothing.`);
  }
  return hidden; // [B, T, D]
}
