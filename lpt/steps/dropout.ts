// Dropout as a step of the tape: which numbers are dropped is told by seed, stream and place alone.
import { tensor, type Rank, type ShapeMap, type Tensor } from '@tensorflow/tfjs-core';
import { dropoutMask, type DropoutSeed, type RowPlaces } from '../random.ts';
import { maskStep } from './elementwise.ts';

export interface Dropout {
  /** Null drops nothing. */
  seed: DropoutSeed | null;
  /** Keeps the places of a network that drop apart. */
  name: string;
  rate: number;
  /** Of rows [N, D] of which padding has been left out. */
  rows?: RowPlaces;
}

export function dropoutStep<R extends Rank>(x: Tensor<R>, dropout: Dropout): Tensor<R> {
  const mask = maskOf<R>(x.shape, dropout);
  return mask === null ? x : maskStep(x, mask);
}

/** 0 or 1 / (1 - rate); null where nothing is dropped. */
export function maskOf<R extends Rank>(shape: ShapeMap[R], { seed, name, ...how }: Dropout): Tensor<R> | null {
  if (seed === null || how.rate === 0) return null;
  const size = shape.reduce((product, length) => product * length, 1);
  return tensor(dropoutMask(name, seed, { size, ...how }), shape);
}
