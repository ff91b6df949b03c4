// Multi-head attention over already projected heads, and its gradients. Padding is shut out by an added bias.
import {
  add,
  matMul,
  mul,
  reshape,
  softmax,
  stack,
  sub,
  sum,
  tidy,
  transpose,
  unstack,
  type Tensor2D,
  type Tensor4D,
  type Tensor5D,
} from '@tensorflow/tfjs-core';

/** Far below any score, and finite: a row of padding alone still has a softmax. */
const SHUT_OUT = -1e9;

export interface Heads {
  query: Tensor4D; // [B, heads, Q, d]
  key: Tensor4D; // [B, heads, T, d]
  value: Tensor4D; // [B, heads, T, d]
}

/** From 1 for real and 0 for padding to what is added to the attention scores. */
export function attentionBias(attentionMask: Tensor2D): Tensor4D {
  const [batch, length] = attentionMask.shape;
  return tidy(() => reshape(mul(sub(1, attentionMask), SHUT_OUT), [batch, 1, 1, length]));
}

export function attend({ query, key, value }: Heads, bias: Tensor4D): { context: Tensor4D; probabilities: Tensor4D } {
  const scale = 1 / Math.sqrt(query.shape[3]);
  const probabilities = tidy(() => {
    const scores = mul(matMul(query, key, false, true), scale); // [B, heads, Q, T]
    return softmax(add<Tensor4D>(scores, bias));
  });
  return { context: matMul(probabilities, value), probabilities }; // [B, heads, Q, d]
}

export function attendGradients(gradient: Tensor4D, forward: Heads & { probabilities: Tensor4D }): Heads {
  const { query, key, value, probabilities } = forward;
  const scale = 1 / Math.sqrt(query.shape[3]);
  return tidy(() => {
    const toProbabilities: Tensor4D = matMul(gradient, value, false, true); // [B, heads, Q, T]
    const weighted = mul(toProbabilities, probabilities); // [B, heads, Q, T]
    const along = mul(probabilities, sum(weighted, -1, true)); // [B, heads, Q, T]
    const toScores: Tensor4D = mul(sub(weighted, along), scale); // [B, heads, Q, T]
    return {
      query: matMul<Tensor4D>(toScores, key),
      key: matMul<Tensor4D>(toScores, query, true),
      value: matMul<Tensor4D>(probabilities, gradient, true),
    };
  });
}

export function splitHeads(rows: Tensor2D, batch: number, heads: number): Tensor4D {
  const [count, width] = rows.shape;
  return tidy(() => transpose(reshape(rows, [batch, count / batch, heads, width / heads]), [0, 2, 1, 3]));
}

export function mergeHeads(split: Tensor4D): Tensor2D {
  const [batch, heads, length, size] = split.shape;
  return tidy(() => reshape(transpose(split, [0, 2, 1, 3]), [batch * length, heads * size]));
}

/** Rows of key beside value, [B·T, 2D], to heads of each. */
export function splitKeyValue(rows: Tensor2D, batch: number, heads: number): Pick<Heads, 'key' | 'value'> {
  const [count, width] = rows.shape;
  return tidy(() => {
    const parts: Tensor5D = reshape(rows, [batch, count / batch, 2, heads, width / 2 / heads]);
    const [key, value] = unstack(transpose(parts, [2, 0, 3, 1, 4])) as [Tensor4D, Tensor4D]; // [B, heads, T, d]
    return { key, value };
  });
}

export function mergeKeyValue({ key, value }: Pick<Heads, 'key' | 'value'>): Tensor2D {
  const [batch, heads, length, size] = key.shape;
  return tidy(() => {
    const parts = stack([key, value]) as Tensor5D; // [2, B, heads, T, d]
    return reshape(transpose(parts, [1, 3, 0, 2, 4]), [batch * length, 2 * heads * size]);
  });
}
