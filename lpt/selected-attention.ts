// Self-attention that only one row of each sequence asks: its query goes through the keys' weights and what it has
// pooled through the values', so that no other row is ever projected.
import { add, concat, matMul, reshape, slice, sum, tidy, transpose, zeros } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { linear, linearInputGradient, linearWeightGradients, type Linear } from './linear.ts';
import { pool, poolGradients, type Asked } from './packed/pooling.ts';
import type { SelfAttentionWeights } from './self-attention.ts';

type ProjectionWeights = Pick<SelfAttentionWeights, 'query' | 'keyValue'>;

export interface SelectedInput {
  /** The row of each sequence that asks. */
  queried: Tensor2D; // [B, D]
  /** Rows that answer. */
  attended: Tensor2D; // [N, D]
  lengths: readonly number[];
}

/** What the way back needs. A type and not an interface: a tidy hands it on. */
export type SelectedActivations = {
  attended: Tensor2D; // [N, D]
  query: Tensor2D; // [B, D]
  /** What each head looks for in a row that answers: its query times its keys' weights. */
  sought: Tensor3D; // [B, heads, D]
  probabilities: Tensor;
  /** What each head found: rows that answered, by their probabilities. */
  pooled: Tensor3D; // [B, heads, D]
};

/**
 * The context of the rows that ask, [B, D]. With q = W_q x + b_q, head h scores a row y by q·(W_k y + b_k) = (W_kᵀ q)·y + q·b_k.
 * The second term is the same for every row, so the softmax never sees it; and Σ p (W_v y + b_v) = W_v (Σ p y) + b_v.
 */
export function attendSelected(
  { queried, attended, lengths }: SelectedInput,
  weights: ProjectionWeights,
  heads: number,
): { context: Tensor2D; activations: SelectedActivations } {
  return tidy(() => {
    const width = queried.shape[1];
    const { key, value } = headWeights(weights.keyValue, heads);
    const query = linear(queried, weights.query); // [B, D]
    const sought = swapped(matMul<Tensor3D>(byHead(query, heads), key)); // [B, heads, D]
    const { pooled, probabilities } = pool({ sought, rows: attended, lengths, scale: scaleOf(width, heads) });
    const found = sideBySide(matMul<Tensor3D>(swapped(pooled), value, false, true)); // [B, D]
    const context = add<Tensor2D>(found, slice(weights.keyValue.bias, width, width)); // [B, D]
    return { context, activations: { attended, query, sought, probabilities, pooled } };
  });
}

function scaleOf(width: number, heads: number): number {
  return 1 / Math.sqrt(width / heads);
}

export interface SelectedGradients {
  /** To the rows, by answering. */
  attended: Tensor2D; // [N, D]
  /** To what each head looked for. */
  sought: Tensor3D; // [B, heads, D]
}

/** `gradient`: to the context, [B, D]. */
export function answeringGradients(
  gradient: Tensor2D,
  { keyValue }: ProjectionWeights,
  { activations, lengths }: { activations: SelectedActivations; lengths: readonly number[] },
): SelectedGradients {
  const { attended: rows, sought, probabilities } = activations;
  const [, heads, width] = sought.shape;
  const toPooled = swapped(matMul<Tensor3D>(byHead(gradient, heads), headWeights(keyValue, heads).value)); // [B, heads, D]
  const asked: Asked = { sought, rows, lengths, scale: scaleOf(width, heads) };
  const found = poolGradients(toPooled, { ...asked, probabilities });
  return { attended: found.rows, sought: found.sought };
}

/** To the query before it was projected, and to the row that asked. */
export function askingGradients({ sought }: SelectedGradients, { query: asks, keyValue }: ProjectionWeights) {
  const heads = sought.shape[1];
  const query = sideBySide(matMul<Tensor3D>(swapped(sought), headWeights(keyValue, heads).key, false, true)); // [B, D]
  return { query, queried: linearInputGradient(query, asks) }; // [B, D]
}

export interface SelectedBackward {
  /** To the context. */
  gradient: Tensor2D; // [B, D]
  /** To the query. */
  query: Tensor2D; // [B, D]
  gradients: SelectedGradients;
  activations: SelectedActivations;
  queried: Tensor2D; // [B, D]
}

/** The keys' bias has no gradient: no probability depends on it. */
export function selectedWeightGradients(backward: SelectedBackward): ProjectionWeights {
  const { gradient, query, gradients, activations, queried } = backward;
  const [, heads, width] = activations.pooled.shape;
  const key = matMul(byHead(activations.query, heads), swapped(gradients.sought), true); // [heads, d, D]
  const value = matMul(byHead(gradient, heads), swapped(activations.pooled), true); // [heads, d, D]
  return {
    query: linearWeightGradients(query, queried),
    keyValue: {
      weight: reshape(concat([key, value]), [2 * width, width]),
      bias: concat([zeros<Tensor1D['rankType']>([width]), sum<Tensor1D>(gradient, 0)]),
    },
  };
}

/** A head's rows of the weights of keys and of values. */
function headWeights({ weight }: Linear, heads: number): Record<'key' | 'value', Tensor3D> {
  const [, width] = weight.shape;
  const half = (from: number): Tensor3D => reshape(slice(weight, [from, 0], [width, width]), [heads, -1, width]);
  return { key: half(0), value: half(width) }; // [heads, d, D]
}

function byHead(rows: Tensor2D, heads: number): Tensor3D {
  const [batch, width] = rows.shape;
  return swapped(reshape(rows, [batch, heads, width / heads])); // [heads, B, d]
}

function sideBySide(heads: Tensor3D): Tensor2D {
  const [count, batch, size] = heads.shape;
  return reshape(swapped(heads), [batch, count * size]); // [B, D]
}

function swapped(rows: Tensor3D): Tensor3D {
  return transpose(rows, [1, 0, 2]);
}
