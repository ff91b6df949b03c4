// Self-attention that only one position of each example asks: its query goes through the keys' weights and what it has
// pooled through the values', so that no other position is ever projected.
import { add, concat, matMul, reshape, slice, sum, tidy, transpose, zeros } from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { scaledSoftmax, scaledSoftmaxGradient } from './attention.ts';
import {
  addAndNormalize,
  addAndNormalizeForTraining,
  layerNormInputGradient,
  layerNormWeightGradients,
  type BlockSum,
  type Normalized,
} from './layer-norm.ts';
import { linear, linearInputGradient, linearProduct, linearWeightGradients, type Linear } from './linear.ts';
import type { AttentionShape, SelfAttentionWeights } from './self-attention.ts';

export interface SelectedInput {
  /** The row that asks. */
  queried: Tensor2D; // [B, D]
  /** Rows that answer. */
  attended: Tensor3D; // [B, T, D]
  bias: Tensor4D; // [B, 1, 1, T]
}

export interface SelectedActivations extends Normalized {
  attended: Tensor3D; // [B, T, D]
  query: Tensor2D; // [B, D]
  /** What each head looks for in a row that answers: its query times its keys' weights. */
  sought: Tensor3D; // [B, heads, D]
  probabilities: Tensor3D; // [B, heads, T]
  /** What each head found: rows that answered, by their probabilities. */
  pooled: Tensor3D; // [B, heads, D]
  context: Tensor2D; // [B, D]
}

export function inferSelectedAttention(
  input: SelectedInput,
  weights: SelfAttentionWeights,
  shape: AttentionShape,
): Tensor2D {
  return tidy(() => {
    const { context } = attendSelected(input, weights, shape.heads);
    return addAndNormalize(blockSum(input.queried, context, weights), weights.attentionNorm, shape.epsilon); // [B, D]
  });
}

export function forwardSelectedAttention(
  input: SelectedInput,
  weights: SelfAttentionWeights,
  { heads, epsilon }: AttentionShape,
): { output: Tensor2D; activations: SelectedActivations } {
  const attended = attendSelected(input, weights, heads);
  const { output, ...normalized } = tidy(() =>
    addAndNormalizeForTraining(blockSum(input.queried, attended.context, weights), weights.attentionNorm, epsilon),
  );
  return { output, activations: { attended: input.attended, ...attended, ...normalized } };
}

function blockSum(queried: Tensor2D, context: Tensor2D, { attentionOutput }: SelfAttentionWeights): BlockSum {
  return { product: linearProduct(context, attentionOutput), bias: attentionOutput.bias, residual: queried };
}

/** A type and not an interface: a tidy hands it on. */
type Attended = Pick<SelectedActivations, 'query' | 'sought' | 'probabilities' | 'pooled' | 'context'>;

/**
 * With q = W_q x + b_q, head h scores a row y by q·(W_k y + b_k) = (W_kᵀ q)·y + q·b_k. The second term is the same for
 * every row, so the softmax never sees it; and Σ p (W_v y + b_v) = W_v (Σ p y) + b_v.
 */
function attendSelected({ queried, attended, bias }: SelectedInput, weights: SelfAttentionWeights, heads: number) {
  return tidy((): Attended => {
    const [batch, width] = queried.shape;
    const length = attended.shape[1];
    const { key, value } = headWeights(weights.keyValue, heads);
    const query = linear(queried, weights.query); // [B, D]
    const sought = swapped(matMul<Tensor3D>(byHead(query, heads), key)); // [B, heads, D]
    const scores = reshape<Tensor4D['rankType']>(matMul(sought, attended, false, true), [batch, heads, 1, length]);
    const softened = scaledSoftmax(scores, bias, 1 / Math.sqrt(width / heads)); // [B, heads, 1, T]
    const probabilities: Tensor3D = reshape(softened, [batch, heads, length]);
    const pooled = matMul<Tensor3D>(probabilities, attended); // [B, heads, D]
    const found = sideBySide(matMul<Tensor3D>(swapped(pooled), value, false, true)); // [B, D]
    return { query, sought, probabilities, pooled, context: add(found, slice(weights.keyValue.bias, width, width)) };
  });
}

export interface SelectedGradients {
  sum: Tensor2D; // [B, D], before the LayerNorm
  context: Tensor2D; // [B, D]
  pooled: Tensor3D; // [B, heads, D]
  scores: Tensor3D; // [B, heads, T]
}

export function backwardSelectedAttention(
  gradient: Tensor2D,
  weights: SelfAttentionWeights,
  activations: SelectedActivations,
): SelectedGradients {
  const { attended, probabilities } = activations;
  const [batch, heads, length] = probabilities.shape;
  const scale = 1 / Math.sqrt(gradient.shape[1] / heads);
  const sum = layerNormInputGradient(gradient, weights.attentionNorm, activations); // [B, D]
  const context = linearInputGradient(sum, weights.attentionOutput); // [B, D]
  const pooled = swapped(matMul<Tensor3D>(byHead(context, heads), headWeights(weights.keyValue, heads).value)); // [B, heads, D]
  const flat = (rows: Tensor3D): Tensor4D => reshape(rows, [batch, heads, 1, length]);
  const toProbabilities = matMul<Tensor3D>(pooled, attended, false, true); // [B, heads, T]
  const toScores = scaledSoftmaxGradient(flat(toProbabilities), flat(probabilities), scale); // [B, heads, 1, T]
  return { sum, context, pooled, scores: reshape(toScores, [batch, heads, length]) };
}

/** What the first `count` positions get by answering; all of them where it is left out. */
export function answeringGradient(
  { pooled, scores }: SelectedGradients,
  { probabilities, sought }: SelectedActivations,
  count: number = scores.shape[2],
): Tensor3D {
  const first = (rows: Tensor3D): Tensor3D => slice(rows, [0, 0, 0], [-1, -1, count]); // [B, heads, count]
  return tidy(() => {
    const shares = concat([first(probabilities), first(scores)], 1); // [B, 2 heads, count]
    return matMul(shares, concat([pooled, sought], 1), true); // [B, count, D]
  });
}

/** Gradients to the query before it was projected, and to the row that asked. */
export function askingGradients(
  { sum, scores }: SelectedGradients,
  weights: SelfAttentionWeights,
  { attended }: SelectedActivations,
): { sought: Tensor3D; query: Tensor2D; queried: Tensor2D } {
  const heads = scores.shape[1];
  const sought = matMul<Tensor3D>(scores, attended); // [B, heads, D]
  const query = sideBySide(matMul<Tensor3D>(swapped(sought), headWeights(weights.keyValue, heads).key, false, true)); // [B, D]
  return { sought, query, queried: add(sum, linearInputGradient(query, weights.query)) }; // [B, D]
}

export interface SelectedBackward {
  gradients: SelectedGradients;
  asking: ReturnType<typeof askingGradients>;
  activations: SelectedActivations;
  queried: Tensor2D; // [B, D]
}

/** `gradient` is that of the block's output, [B, D]. The keys' bias has none: no probability depends on it. */
export function selectedWeightGradients(gradient: Tensor2D, backward: SelectedBackward): SelfAttentionWeights {
  const { gradients, asking, activations, queried } = backward;
  const [, heads, width] = gradients.pooled.shape;
  const key = matMul(byHead(activations.query, heads), swapped(asking.sought), true); // [heads, d, D]
  const value = matMul(byHead(gradients.context, heads), swapped(activations.pooled), true); // [heads, d, D]
  return {
    query: linearWeightGradients(asking.query, queried),
    keyValue: {
      weight: reshape(concat([key, value]), [2 * width, width]),
      bias: concat([zeros<Tensor1D['rankType']>([width]), sum<Tensor1D>(gradients.context, 0)]),
    },
    attentionOutput: linearWeightGradients(gradients.sum, activations.context),
    attentionNorm: layerNormWeightGradients(gradient, activations),
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
