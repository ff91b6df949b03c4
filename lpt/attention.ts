// Multi-head attention over already projected heads, and its gradients. What a position must not see is shut out by an
// added bias.
import {
  add,
  cast,
  greater,
  matMul,
  mul,
  range,
  reshape,
  slice,
  softmax,
  stack,
  sub,
  sum,
  tidy,
  transpose,
  unstack,
  zerosLike,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import { runFused } from './fused.ts';

/** Far below any score, and finite: a row of padding alone still has a softmax. */
export const SHUT_OUT = -1e9;

export interface Heads {
  query: Tensor4D; // [B, heads, Q, d]
  key: Tensor4D; // [B, heads, T, d]
  value: Tensor4D; // [B, heads, T, d]
}

/** Shuts out what comes after each position: [1, 1, T, T]. */
export function causalBias(length: number): Tensor4D {
  return tidy(() => {
    const later = greater(range(0, length), reshape(range(0, length), [length, 1])); // [T, T]
    return reshape(mul(cast(later, 'float32'), SHUT_OUT), [1, 1, length, length]);
  });
}

/**
 * @param bias [B, 1, 1, T], or [B, 1, Q, T] where positions see differently
 * @param dropout what the probabilities are multiplied with, [B, heads, Q, T]
 */
export function attend(
  { query, key, value }: Heads,
  bias: Tensor4D,
  dropout?: Tensor4D,
): { context: Tensor4D; probabilities: Tensor4D } {
  const scale = 1 / Math.sqrt(query.shape[3]);
  const probabilities = tidy(() => scaledSoftmax(matMul(query, key, false, true), bias, scale)); // [B, heads, Q, T]
  return { context: tidy(() => matMul(masked(probabilities, dropout), value)), probabilities }; // [B, heads, Q, d]
}

function masked(probabilities: Tensor4D, dropout: Tensor4D | undefined): Tensor4D {
  return dropout === undefined ? probabilities : mul(probabilities, dropout);
}

/** softmax(scores · scale + bias). `bias`: [B, 1, 1 or Q, T] */
export function scaledSoftmax(scores: Tensor4D, bias: Tensor4D, scale: number): Tensor4D {
  // The kernel takes one row of bias an example: others go into the scores.
  if (bias.shape[2] > 1) {
    const shared = tidy(() => zerosLike(slice(bias, [0, 0, 0, 0], [-1, 1, 1, -1])));
    return scaledSoftmax(add(scores, mul(bias, 1 / scale)), shared, scale);
  }
  const pass = { kernel: 'LptAttentionSoftmax', inputs: { scores, bias }, attributes: { scale } };
  const fused = runFused(pass) as [Tensor4D] | null;
  return fused?.[0] ?? tidy(() => softmax(add<Tensor4D>(mul(scores, scale), bias)));
}

export function attendGradients(
  gradient: Tensor4D,
  forward: Heads & { probabilities: Tensor4D; dropout?: Tensor4D },
): Heads {
  const { query, key, value, probabilities, dropout } = forward;
  const scale = 1 / Math.sqrt(query.shape[3]);
  return tidy(() => {
    const toProbabilities = masked(matMul(gradient, value, false, true), dropout); // [B, heads, Q, T]
    const toScores = scaledSoftmaxGradient(toProbabilities, probabilities, scale); // [B, heads, Q, T]
    return {
      query: matMul<Tensor4D>(toScores, key),
      key: matMul<Tensor4D>(toScores, query, true),
      value: matMul<Tensor4D>(masked(probabilities, dropout), gradient, true),
    };
  });
}

/** To the scores before they were scaled. */
export function scaledSoftmaxGradient(gradient: Tensor4D, probabilities: Tensor4D, scale: number): Tensor4D {
  const inputs = { gradient, probabilities };
  const fused = runFused({ kernel: 'LptAttentionSoftmaxGradient', inputs, attributes: { scale } }) as [Tensor4D] | null;
  if (fused) return fused[0];
  return tidy(() => {
    const weighted = mul(gradient, probabilities); // [B, heads, Q, T]
    const along = mul(probabilities, sum(weighted, -1, true)); // [B, heads, Q, T]
    return mul(sub(weighted, along), scale);
  });
}

export interface Split {
  batch: number;
  heads: number;
  /** Added on the way: the rows are then a linear layer's product. */
  bias?: Tensor1D;
}

export function splitHeads(rows: Tensor2D, { batch, heads, bias }: Split): Tensor4D {
  const [count, width] = rows.shape;
  const fused = runFused({
    kernel: bias ? 'LptBiasSplitHeads' : 'LptSplitHeads',
    inputs: bias ? { rows, bias } : { rows },
    attributes: { batch, heads },
  }) as [Tensor4D] | null;
  if (fused) return fused[0];
  const shifted = () => (bias ? add<Tensor2D>(rows, bias) : rows);
  return tidy(() => transpose(reshape(shifted(), [batch, count / batch, heads, width / heads]), [0, 2, 1, 3]));
}

export function mergeHeads(split: Tensor4D): Tensor2D {
  const fused = runFused({ kernel: 'LptMergeHeads', inputs: { heads: split } }) as [Tensor2D] | null;
  if (fused) return fused[0];
  const [batch, heads, length, size] = split.shape;
  return tidy(() => reshape(transpose(split, [0, 2, 1, 3]), [batch * length, heads * size]));
}

/** Rows of key beside value, [B·T, 2D], to heads of each. */
export function splitKeyValue(rows: Tensor2D, { batch, heads, bias }: Required<Split>): Pick<Heads, 'key' | 'value'> {
  const pass = { kernel: 'LptBiasSplitKeyValue', inputs: { rows, bias }, attributes: { batch, heads } };
  const fused = runFused(pass) as [Tensor4D, Tensor4D] | null;
  if (fused) return { key: fused[0], value: fused[1] };
  const [count, width] = rows.shape;
  return tidy(() => {
    const parts: Tensor5D = reshape(add<Tensor2D>(rows, bias), [batch, count / batch, 2, heads, width / 2 / heads]);
    const [key, value] = unstack(transpose(parts, [2, 0, 3, 1, 4])) as [Tensor4D, Tensor4D]; // [B, heads, T, d]
    return { key, value };
  });
}

export function mergeKeyValue({ key, value }: Pick<Heads, 'key' | 'value'>): Tensor2D {
  const fused = runFused({ kernel: 'LptMergeKeyValue', inputs: { key, value } }) as [Tensor2D] | null;
  if (fused) return fused[0];
  const [batch, heads, length, size] = key.shape;
  return tidy(() => {
    const parts = stack([key, value]) as Tensor5D; // [2, B, heads, T, d]
    return reshape(transpose(parts, [1, 3, 0, 2, 4]), [batch * length, 2 * heads * size]);
  });
}
