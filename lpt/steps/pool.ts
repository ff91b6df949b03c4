// Adaptive pooling over the positions of each text, as a step of the tape. Bin i of p covers, of n positions, those from
// ⌊i n / p⌋ to ⌈(i + 1) n / p⌉ - 1: the rule of PyTorch's AdaptiveMaxPool1d and AdaptiveAvgPool1d.
import {
  argMax,
  cast,
  expandDims,
  matMul,
  max,
  mul,
  oneHot,
  reshape,
  tensor3d,
  tidy,
  transpose,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { gatherRows } from '../packed/gather-rows.ts';
import { indices } from '../packed/packing.ts';
import { scatterRows, toRows, toSequences } from '../positions.ts';
import { step } from './step.ts';

export type PoolBy = 'maximum' | 'average';

export interface Pooling {
  /** Of each text: behind them stands padding. */
  lengths: readonly number[];
  bins: number;
}

/** From [B, T, m] to [B, p, m]. */
export function poolStep(hidden: Tensor3D, { by, ...pooling }: Pooling & { by: PoolBy }): Tensor3D {
  return by === 'average' ? averageStep(hidden, pooling) : maximumStep(hidden, pooling);
}

interface Bin {
  from: number;
  /** One behind the last. */
  to: number;
}

/** Text after text. */
function binsOf({ lengths, bins }: Pooling): Bin[] {
  return lengths.flatMap((length) =>
    Array.from({ length: bins }, (_, bin) => ({
      from: Math.floor((bin * length) / bins),
      to: Math.ceil(((bin + 1) * length) / bins),
    })),
  );
}

function averageStep(hidden: Tensor3D, pooling: Pooling): Tensor3D {
  return step({
    flowing: [hidden],
    forward: () => {
      const shares = sharesOf(pooling, hidden.shape[1]); // [B, p, T]
      return { output: matMul(shares, hidden), kept: { shares } };
    },
    backward: (gradient: Tensor3D, { shares }) => [() => matMul(shares, gradient, true)],
  });
}

/** What each position has in the mean of each bin: [B, p, T]. */
function sharesOf(pooling: Pooling, length: number): Tensor3D {
  const { lengths, bins } = pooling;
  const shares = new Float32Array(lengths.length * bins * length);
  binsOf(pooling).forEach(({ from, to }, row) => shares.fill(1 / (to - from), row * length + from, row * length + to));
  return tensor3d(shares, [lengths.length, bins, length]);
}

/** Each bin is laid out by itself, so that only positions that are in it are compared. */
function maximumStep(hidden: Tensor3D, pooling: Pooling): Tensor3D {
  const [batch, length, width] = hidden.shape;
  const places = placesOf(pooling, length); // B·p·w rows of [B·T, m]
  const rows = batch * pooling.bins;
  return step({
    flowing: [hidden],
    forward: () => {
      const candidates: Tensor3D = toSequences(gatherRows(toRows(hidden), places), rows); // [B·p, w, m]
      const output = toSequences(max<Tensor2D>(candidates, 1), batch); // [B, p, m]
      return { output, kept: { winner: argMax<Tensor2D>(candidates, 1) } };
    },
    backward: (gradient: Tensor3D, { winner }) => [
      () => {
        const won = cast<Tensor3D>(oneHot(winner, places.length / rows) as Tensor3D, 'float32'); // [B·p, m, w]
        const each: Tensor3D = mul(won, expandDims<Tensor3D>(toRows(gradient), 2)); // [B·p, m, w]
        const candidates: Tensor2D = reshape(transpose(each, [0, 2, 1]), [places.length, width]); // [B·p·w, m]
        return tidy(() => toSequences(scatterRows(indices(places), candidates, [batch * length, width]), batch));
      },
    ],
  });
}

/** As many for each bin, two or more (`oneHot` needs them), of rows [B·T]: a smaller bin has its last position again. */
function placesOf(pooling: Pooling, length: number): Int32Array {
  const bins = binsOf(pooling);
  const largest = bins.reduce((most, { from, to }) => Math.max(most, to - from), 2);
  return Int32Array.from({ length: bins.length * largest }, (_, index) => {
    const bin = Math.floor(index / largest);
    const { from, to } = bins[bin] ?? { from: 0, to: 1 };
    return Math.floor(bin / pooling.bins) * length + Math.min(from + (index % largest), to - 1);
  });
}
