// Adaptive pooling over the real positions of each example, as a step of the tape. Bin i of p covers, of n real
// positions, those from ⌊i n / p⌋ to ⌈(i + 1) n / p⌉ - 1: the rule of PyTorch's AdaptiveMaxPool1d and AdaptiveAvgPool1d.
import {
  add,
  argMax,
  cast,
  ceil,
  div,
  expandDims,
  floor,
  greaterEqual,
  less,
  logicalAnd,
  matMul,
  max,
  mul,
  oneHot,
  range,
  reshape,
  sub,
  sum,
  tidy,
  transpose,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { step } from './step.ts';

export type PoolBy = 'maximum' | 'average';

/** Below any number that is pooled. */
const OUTSIDE = -1e30;

/** From [B, T, m] to [B, p, m]. `attentionMask` [B, T]: real positions first. */
export function poolStep(
  hidden: Tensor3D,
  attentionMask: Tensor2D,
  { bins, by }: { bins: number; by: PoolBy },
): Tensor3D {
  const members = () => membership(attentionMask, bins); // [B, p, T]
  return by === 'average' ? averageStep(hidden, members) : maximumStep(hidden, members);
}

/** 1 where a position belongs to a bin: [B, p, T]. */
function membership(attentionMask: Tensor2D, bins: number): Tensor3D {
  const [batch, length] = attentionMask.shape;
  return tidy(() => {
    const real = sum(attentionMask, 1, true); // [B, 1]
    const bin = expandDims(range(0, bins), 0); // [1, p]
    const from = reshape(floor(div(mul(bin, real), bins)), [batch, bins, 1]);
    const to = reshape(ceil(div(mul(add(bin, 1), real), bins)), [batch, bins, 1]);
    const position = reshape(range(0, length), [1, 1, length]);
    const isMember: Tensor3D = logicalAnd(greaterEqual(position, from), less(position, to));
    return cast(isMember, 'float32');
  });
}

function averageStep(hidden: Tensor3D, members: () => Tensor3D): Tensor3D {
  return step({
    flowing: [hidden],
    forward: () => {
      const shares = tidy(() => {
        const belongs = members();
        return div<Tensor3D>(belongs, sum(belongs, -1, true)); // [B, p, T]
      });
      return { output: matMul(shares, hidden), kept: { shares } };
    },
    backward: (gradient: Tensor3D, { shares }) => [() => matMul(shares, gradient, true)],
  });
}

function maximumStep(hidden: Tensor3D, members: () => Tensor3D): Tensor3D {
  return step({
    flowing: [hidden],
    forward: () => {
      const candidates = tidy(() => {
        const belongs: Tensor4D = expandDims(members(), 2); // [B, p, 1, T]
        const numbers = expandDims(transpose(hidden, [0, 2, 1]), 1); // [B, 1, m, T]
        return add<Tensor4D>(mul(belongs, numbers), mul(sub(1, belongs), OUTSIDE)); // [B, p, m, T]
      });
      return { output: max<Tensor3D>(candidates, -1), kept: { winner: argMax<Tensor3D>(candidates, -1) } };
    },
    backward: (gradient: Tensor3D, { winner }) => [
      () => {
        const won = cast(oneHot(winner, hidden.shape[1]), 'float32'); // [B, p, m, T]
        const each = mul(won, expandDims(gradient, -1)); // [B, p, m, T]
        return transpose(sum<Tensor3D>(each, 1), [0, 2, 1]); // [B, T, m]
      },
    ],
  });
}
