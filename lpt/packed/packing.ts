// Sequences of any lengths as rows that lie one after the other: [N, D], of padding nothing is computed.
import { tensor1d, type Tensor1D } from '@tensorflow/tfjs-core';

/** Where each sequence begins among the rows; behind them where the last one ends. */
export function startsOf(lengths: readonly number[]): number[] {
  const starts = [0];
  for (const length of lengths) starts.push((starts.at(-1) ?? 0) + length);
  return starts;
}

/** [B + 1] int32 */
export function startsTensor(lengths: readonly number[]): Tensor1D {
  return indices(startsOf(lengths));
}

/** Of each place of [B, T], sequences padded behind, its row; -1: padding. */
export function rowsOfPlaces(lengths: readonly number[], length: number): Int32Array {
  const starts = startsOf(lengths);
  const rows = new Int32Array(lengths.length * length).fill(-1);
  lengths.forEach((count, b) => {
    for (let t = 0; t < count; t += 1) rows[b * length + t] = (starts[b] ?? 0) + t;
  });
  return rows;
}

/** Of each row its place in [B, T]. */
export function placesOfRows(lengths: readonly number[], length: number): Int32Array {
  return Int32Array.from(lengths.flatMap((count, b) => Array.from({ length: count }, (_, t) => b * length + t)));
}

/** Turns "of each here, which there" into "of each of `count` there, which here"; -1: none. */
export function inverse(there: Int32Array, count: number): Int32Array {
  const here = new Int32Array(count).fill(-1);
  there.forEach((place, index) => {
    if (place >= 0) here[place] = index;
  });
  return here;
}

export function indices(values: Int32Array | readonly number[]): Tensor1D {
  return tensor1d(values as number[] | Int32Array, 'int32');
}
