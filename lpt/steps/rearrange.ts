// Steps of the tape that only move numbers: rows and sequences, prompts in front, positions picked.
import {
  add,
  clone,
  pad,
  reshape,
  slice,
  tidy,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { placePosition, selectPosition, toRows, toSequences } from '../positions.ts';
import { step } from './step.ts';

/** `there` is linear in x and keeps nothing; `back` is its transpose. */
export function rearrange<From extends Tensor, To extends Tensor>(
  x: From,
  there: (x: From) => To,
  back: (gradient: To) => From,
): To {
  return step({
    flowing: [x],
    forward: () => ({ output: there(x), kept: {} }),
    backward: (gradient: To) => [() => back(gradient)],
  });
}

export function rowsStep(hidden: Tensor3D): Tensor2D {
  return rearrange(hidden, toRows, (gradient) => toSequences(gradient, hidden.shape[0])); // [B·T, D]
}

export function sequencesStep(rows: Tensor2D, batch: number): Tensor3D {
  return rearrange(rows, (x) => toSequences(x, batch), toRows); // [B, T, D]
}

/** One position an example, by its one-hot row [B, 1, T]: [B, D]. */
export function selectStep(hidden: Tensor3D, selected: Tensor3D): Tensor2D {
  return step({
    flowing: [hidden],
    forward: () => ({ output: selectPosition(hidden, selected), kept: { selected } }),
    backward: (gradient: Tensor2D, kept) => [() => placePosition(gradient, kept.selected)],
  });
}

/** Rows of B examples, each of p vectors side by side, to [B, p, D]. */
export function promptStep(rows: Tensor2D, [batch, length, width]: [number, number, number]): Tensor3D {
  return rearrange<Tensor2D, Tensor3D>(
    rows,
    (x) => reshape(x, [batch, length, width]),
    (gradient) => reshape(gradient, [batch, length * width]),
  );
}

/** `added` [N, D] onto the columns of `rows` [N, W] from `start` on. */
export function addToColumns(rows: Tensor2D, added: Tensor2D, start: number): Tensor2D {
  const [count, width] = added.shape;
  const beside: [number, number][] = [
    [0, 0],
    [start, rows.shape[1] - start - width],
  ];
  return step({
    flowing: [rows, added],
    forward: () => ({ output: tidy(() => add<Tensor2D>(rows, pad(added, beside))), kept: {} }),
    backward: (gradient: Tensor2D) => [() => clone(gradient), () => slice(gradient, [0, start], [count, width])],
  });
}
