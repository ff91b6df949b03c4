// The first half of an encoder layer, x → LayerNorm(x + Wₒ attention(x)), forward and backward.
import { add, slice, tidy, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core';
import {
  attend,
  attendGradients,
  mergeHeads,
  mergeKeyValue,
  splitHeads,
  splitKeyValue,
  type Heads,
} from './attention.ts';
import {
  addAndNormalize,
  addAndNormalizeForTraining,
  layerNormInputGradient,
  layerNormWeightGradients,
  type BlockSum,
  type Normalized,
} from './layer-norm.ts';
import { linearInputGradient, linearProduct, linearWeightGradients } from './linear.ts';
import { firstPositions, toRows, toSequences } from './positions.ts';
import type { LayerWeights } from './weights.ts';

export type SelfAttentionWeights = Pick<LayerWeights, 'query' | 'keyValue' | 'attentionOutput' | 'attentionNorm'>;

export interface AttentionInput {
  rows: Tensor2D; // [B·T, D]
  bias: Tensor4D; // [B, 1, 1, T]
  batch: number;
}

export interface AttentionShape {
  heads: number;
  epsilon: number;
}

export interface AttentionActivations extends Normalized, Heads {
  probabilities: Tensor4D; // [B, heads, T, T]
}

export function inferSelfAttention(
  input: AttentionInput,
  weights: SelfAttentionWeights,
  shape: AttentionShape,
): Tensor2D {
  return tidy(() => {
    const { context } = attend(project(input, weights, shape.heads), input.bias);
    return addAndNormalize(blockSum(input.rows, mergeHeads(context), weights), weights.attentionNorm, shape.epsilon);
  });
}

function blockSum(rows: Tensor2D, context: Tensor2D, { attentionOutput }: SelfAttentionWeights): BlockSum {
  return { product: linearProduct(context, attentionOutput), bias: attentionOutput.bias, residual: rows };
}

export function forwardSelfAttention(
  input: AttentionInput,
  weights: SelfAttentionWeights,
  { heads, epsilon }: AttentionShape,
): { output: Tensor2D; activations: AttentionActivations; context: Tensor2D } {
  const projected = project(input, weights, heads);
  const { context: split, probabilities } = attend(projected, input.bias);
  const context = mergeHeads(split); // [B·T, D]
  const { output, ...normalized } = tidy(() =>
    addAndNormalizeForTraining(blockSum(input.rows, context, weights), weights.attentionNorm, epsilon),
  );
  return { output, activations: { ...projected, ...normalized, probabilities }, context };
}

function project({ rows, batch }: AttentionInput, weights: SelfAttentionWeights, heads: number): Heads {
  const query = tidy(() => {
    const { bias } = weights.query;
    return splitHeads(linearProduct(rows, weights.query), { batch, heads, bias }); // [B, heads, T, d]
  });
  const { key, value } = tidy(() => {
    const { bias } = weights.keyValue;
    return splitKeyValue(linearProduct(rows, weights.keyValue), { batch, heads, bias }); // [B, heads, T, d]
  });
  return { query, key, value };
}

/** Gradients at the places of the block that its input and its weights go by. */
export interface AttentionGradients extends Heads {
  sum: Tensor2D; // [B·T, D], before the LayerNorm
}

export function backwardSelfAttention(
  gradient: Tensor2D,
  weights: SelfAttentionWeights,
  activations: AttentionActivations,
): AttentionGradients {
  const [batch, heads] = activations.query.shape;
  const sum = layerNormInputGradient(gradient, weights.attentionNorm, activations); // [B·T, D]
  const context = tidy(() => splitHeads(linearInputGradient(sum, weights.attentionOutput), { batch, heads }));
  return { sum, ...attendGradients(context, activations) };
}

/** To the rows, by asking. */
function askingGradient(
  { sum, query }: Pick<AttentionGradients, 'sum' | 'query'>,
  weights: SelfAttentionWeights,
): Tensor2D {
  return tidy(() => add(sum, linearInputGradient(mergeHeads(query), weights.query))); // [B·T, D]
}

/** To the rows, by answering. */
function answeringGradient(
  gradients: Pick<AttentionGradients, 'key' | 'value'>,
  { keyValue }: SelfAttentionWeights,
): Tensor2D {
  return tidy(() => linearInputGradient(mergeKeyValue(gradients), keyValue)); // [B·T, D]
}

/** To the rows of the block. */
export function rowsGradient(gradients: AttentionGradients, weights: SelfAttentionWeights): Tensor2D {
  return tidy(() => add(answeringGradient(gradients, weights), askingGradient(gradients, weights))); // [B·T, D]
}

/** To the first `count` positions of each example: the products over all the others are spared. */
export function firstRowsGradient(
  { sum, query, key, value }: AttentionGradients,
  weights: SelfAttentionWeights,
  count: number,
): Tensor2D {
  return tidy(() => {
    const firstSum = toRows(firstPositions(toSequences(sum, query.shape[0]), count)); // [B·count, D]
    const ofFirst = { sum: firstSum, query: first(query, count), key: first(key, count), value: first(value, count) };
    return rowsGradient(ofFirst, weights); // [B·count, D]
  });
}

function first(heads: Tensor4D, count: number): Tensor4D {
  return slice(heads, [0, 0, 0, 0], [-1, -1, count, -1]); // [B, heads, count, d]
}

export interface AttentionBackward {
  gradients: AttentionGradients;
  activations: AttentionActivations;
  rows: Tensor2D; // [B·T, D]
  context: Tensor2D; // [B·T, D]
}

export function selfAttentionWeightGradients(gradient: Tensor2D, backward: AttentionBackward): SelfAttentionWeights {
  const { gradients, activations, rows, context } = backward;
  return {
    query: linearWeightGradients(mergeHeads(gradients.query), rows),
    keyValue: linearWeightGradients(mergeKeyValue(gradients), rows),
    attentionOutput: linearWeightGradients(gradients.sum, context),
    attentionNorm: layerNormWeightGradients(gradient, activations),
  };
}
