// The position whose vector stands for a whole text: the first of an encoder ([CLS], <s>); of a decoder, where only the
// last has seen everything, the last one before the label word.
import { reshape, type Tensor1D, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import type { Architecture } from './backbone.ts';
import { firstPositions, selector, selectPosition } from './positions.ts';

export interface Text {
  /** H_k. */
  hidden: Tensor3D; // [B, T, D]
  /** In a decoder, the last position before the label word. */
  maskPosition: Tensor1D; // [B] int32
}

export function summaryRows(architecture: Architecture, { hidden, maskPosition }: Text): Tensor2D {
  const [batch, length, width] = hidden.shape;
  if (architecture === 'encoder') return reshape(firstPositions(hidden, 1), [batch, width]); // [B, D]
  return selectPosition(hidden, selector(maskPosition, length)); // [B, D]
}
