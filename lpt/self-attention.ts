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
  /** Rows that ask: all of them, or one an example. */
  queried: Tensor2D; // [B·Q, D]
  /** Rows that answer. */
  attended: Tensor2D; // [B·T, D]
  bias: Tensor4D; // [B, 1, 1, T]
  batch: number;
}

export interface AttentionShape {
  heads: number;
  epsilon: number;
}

export interface AttentionActivations extends Normalized, Heads {
  probabilities: Tensor4D; // [B, heads, Q, T]
}

export function inferSelfAttention(
  input: AttentionInput,
  weights: SelfAttentionWeights,
  shape: AttentionShape,
): Tensor2D {
  return tidy(() => {
    const { context } = attend(project(input, weights, shape.heads), input.bias);
    return addAndNormalize(blockSum(input.queried, mergeHeads(context), weights), weights.attentionNorm, shape.epsilon);
  });
}

function blockSum(queried: Tensor2D, context: Tensor2D, { attentionOutput }: SelfAttentionWeights): BlockSum {
  return { product: linearProduct(context, attentionOutput), bias: attentionOutput.bias, residual: queried };
}

export function forwardSelfAttention(
  input: AttentionInput,
  weights: SelfAttentionWeights,
  { heads, epsilon }: AttentionShape,
): { output: Tensor2D; activations: AttentionActivations; context: Tensor2D } {
  const projected = project(input, weights, heads);
  const { context: split, probabilities } = attend(projected, input.bias);
  const context = mergeHeads(split); // [B·Q, D]
  const { output, ...normalized } = tidy(() =>
    addAndNormalizeForTraining(blockSum(input.queried, context, weights), weights.attentionNorm, epsilon),
  );
  return { output, activations: { ...projected, ...normalized, probabilities }, context };
}

function project({ queried, attended, batch }: AttentionInput, weights: SelfAttentionWeights, heads: number): Heads {
  const query = tidy(() => {
    const { bias } = weights.query;
    return splitHeads(linearProduct(queried, weights.query), { batch, heads, bias }); // [B, heads, Q, d]
  });
  const { key, value } = tidy(() => {
    const { bias } = weights.keyValue;
    return splitKeyValue(linearProduct(attended, weights.keyValue), { batch, heads, bias }); // [B, heads, T, d]
  });
  return { query, key, value };
}

/** Gradients at the places of the block that its input and its weights go by. */
export interface AttentionGradients extends Heads {
  sum: Tensor2D; // [B·Q, D], before the LayerNorm
}

export function backwardSelfAttention(
  gradient: Tensor2D,
  weights: SelfAttentionWeights,
  activations: AttentionActivations,
): AttentionGradients {
  const [batch, heads] = activations.query.shape;
  const sum = layerNormInputGradient(gradient, weights.attentionNorm, activations); // [B·Q, D]
  const context = tidy(() => splitHeads(linearInputGradient(sum, weights.attentionOutput), { batch, heads }));
  return { sum, ...attendGradients(context, activations) };
}

/** Gradient to the rows that asked. */
export function queriedGradient(
  { sum, query }: Pick<AttentionGradients, 'sum' | 'query'>,
  weights: SelfAttentionWeights,
): Tensor2D {
  return tidy(() => add(sum, linearInputGradient(mergeHeads(query), weights.query))); // [B·Q, D]
}

/** Gradient to the rows that answered. */
export function attendedGradient(
  gradients: Pick<AttentionGradients, 'key' | 'value'>,
  { keyValue }: SelfAttentionWeights,
): Tensor2D {
  return tidy(() => linearInputGradient(mergeKeyValue(gradients), keyValue)); // [B·T, D]
}

/** What the first `count` positions get by answering: the products over all the others are spared. */
export function firstAttendedGradient(
  { key, value }: AttentionGradients,
  weights: SelfAttentionWeights,
  count: number,
): Tensor2D {
  return tidy(() => attendedGradient({ key: first(key, count), value: first(value, count) }, weights)); // [B·count, D]
}

/** What the first `count` positions get by asking, where all rows ask. */
export function firstQueriedGradient(
  { sum, query }: AttentionGradients,
  weights: SelfAttentionWeights,
  count: number,
): Tensor2D {
  return tidy(() => {
    const firstSum = toRows(firstPositions(toSequences(sum, query.shape[0]), count)); // [B·count, D]
    return queriedGradient({ sum: firstSum, query: first(query, count) }, weights);
  });
}

function first(heads: Tensor4D, count: number): Tensor4D {
  return slice(heads, [0, 0, 0, 0], [-1, -1, count, -1]); // [B, heads, count, d]
}

export interface AttentionBackward {
  gradients: AttentionGradients;
  activations: AttentionActivations;
  queried: Tensor2D; // [B·Q, D]
  attended: Tensor2D; // [B·T, D]
  context: Tensor2D; // [B·Q, D]
}

export function selfAttentionWeightGradients(gradient: Tensor2D, backward: AttentionBackward): SelfAttentionWeights {
  const { gradients, activations, queried, attended, context } = backward;
  return {
    query: linearWeightGradients(mergeHeads(gradients.query), queried),
    keyValue: linearWeightGradients(mergeKeyValue(gradients), attended),
    attentionOutput: linearWeightGradients(gradients.sum, context),
    attentionNorm: layerNormWeightGradients(gradient, activations),
  };
}
