// Positions of [B, T, D]: picking one an example by a one-hot product, which is its own gradient transposed.
import { cast, expandDims, matMul, oneHot, reshape, scatterND, slice, tidy } from '@tensorflow/tfjs-core';
import type { Rank, Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';

/** One-hot rows. A product with them runs on every backend and, unlike a gather, never waits for a device. */
export function selector(position: Tensor1D, length: number): Tensor3D {
  return tidy(() => {
    const rows = oneHot(position, Math.max(2, length)); // it refuses a depth of 1
    return expandDims(cast(slice(rows as Tensor2D, [0, 0], [-1, length]), 'float32'), 1); // [B, 1, T]
  });
}

export function selectPosition(hidden: Tensor3D, selected: Tensor3D): Tensor2D {
  const [batch, , width] = hidden.shape;
  return tidy(() => reshape(matMul(selected, hidden), [batch, width])); // [B, D]
}

/** Gradient of `selectPosition`: the rows at their positions, zero elsewhere. */
export function placePosition(rows: Tensor2D, selected: Tensor3D): Tensor3D {
  return tidy(() => matMul(selected, expandDims<Tensor3D>(rows, 1), true)); // [B, T, D]
}

export function toRows(hidden: Tensor3D): Tensor2D {
  const [batch, length, width] = hidden.shape;
  return reshape(hidden, [batch * length, width]); // [B·T, D]
}

export function toSequences(rows: Tensor2D, batch: number): Tensor3D {
  const [count, width] = rows.shape;
  return reshape(rows, [batch, count / batch, width]); // [B, T, D]
}

/** Adds up the rows that belong to one index. (A gather's own gradient is missing on the WebAssembly backend.) */
export function scatterRows(indices: Tensor, rows: Tensor2D, shape: [number, number]): Tensor2D {
  return tidy(() => {
    const places = expandDims(reshape<Rank.R1>(indices, [indices.size]), 1); // [N, 1]
    return scatterND<Rank.R2>(places, rows, shape);
  });
}
