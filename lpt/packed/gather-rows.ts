// Rows picked by their indices, and as a step of the tape: its gradient picks them back, for no row is used twice.
import { add, concat, gather, scalar, tidy, zeros, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { runFused } from '../fused.ts';
import { rearrange } from '../steps/rearrange.ts';
import { indices, inverse } from './packing.ts';

/** Row `places[n]` of `rows` for each n, zeros where it is -1: [N, D]. */
export function gatherRows(rows: Tensor2D, places: Int32Array): Tensor2D {
  return tidy(() => gathered(rows, indices(places)));
}

function gathered(rows: Tensor2D, places: Tensor1D): Tensor2D {
  const fused = runFused({ kernel: 'LptGatherRows', inputs: { rows, indices: places } }) as [Tensor2D] | null;
  if (fused) return fused[0];
  const behindZeros = concat([zeros<Tensor2D['rankType']>([1, rows.shape[1]]), rows]); // [1 + M, D]
  return gather(behindZeros, add<Tensor1D>(places, scalar(1, 'int32')));
}

/** @param places no row twice */
export function gatherRowsStep(rows: Tensor2D, places: Int32Array): Tensor2D {
  return rearrange<Tensor2D, Tensor2D>(
    rows,
    (x) => gatherRows(x, places),
    (gradient) => gatherRows(gradient, inverse(places, rows.shape[0])),
  );
}
