// The first half of an encoder layer, x → LayerNorm(x + Wₒ attention(x)), forward and backward.
import { add, tidy, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import {
  addAndNormalize,
  addAndNormalizeForTraining,
  layerNormInputGradient,
  layerNormWeightGradients,
  type BlockSum,
  type Normalized,
} from './layer-norm.ts';
import type { Flow } from './layer-step.ts';
import { linearInputGradient, linearProduct, linearWeightGradients } from './linear.ts';
import {
  attentionGradients,
  contextForTraining,
  contextOf,
  type AttentionOfRows,
  type Projected,
} from './packed/attention.ts';
import type { LayerWeights } from './weights.ts';

export type SelfAttentionWeights = Pick<LayerWeights, 'query' | 'keyValue' | 'attentionOutput' | 'attentionNorm'>;

export interface AttentionInput {
  rows: Tensor2D; // [N, D]
  /** Positions of each sequence. */
  lengths: readonly number[];
}

export interface AttentionShape {
  heads: number;
  epsilon: number;
}

export interface AttentionActivations extends Normalized {
  projected: Projected;
  probabilities: Tensor;
}

export function inferSelfAttention(
  { rows, lengths }: AttentionInput,
  weights: SelfAttentionWeights,
  { heads, epsilon }: AttentionShape,
): Tensor2D {
  return tidy(() => {
    const context = contextOf(attentionOf(project(rows, weights), weights, { lengths, heads })); // [N, D]
    return addAndNormalize(blockSum(rows, context, weights), weights.attentionNorm, epsilon);
  });
}

/** The end of the block, for the rows that ask. */
export function blockSum(
  rows: Tensor2D,
  context: Tensor2D,
  { attentionOutput }: Pick<SelfAttentionWeights, 'attentionOutput'>,
): BlockSum {
  return { product: linearProduct(context, attentionOutput), bias: attentionOutput.bias, residual: rows };
}

export function forwardSelfAttention(
  { rows, lengths }: AttentionInput,
  weights: SelfAttentionWeights,
  { heads, epsilon }: AttentionShape,
): { output: Tensor2D; activations: AttentionActivations; context: Tensor2D } {
  const projected = project(rows, weights);
  const { context, probabilities } = contextForTraining(attentionOf(projected, weights, { lengths, heads }));
  const { output, ...normalized } = tidy(() =>
    addAndNormalizeForTraining(blockSum(rows, context, weights), weights.attentionNorm, epsilon),
  );
  return { output, activations: { projected, ...normalized, probabilities }, context };
}

/** Before the biases: attention adds them. */
export function project(rows: Tensor2D, { query, keyValue }: SelfAttentionWeights): Projected {
  return { query: linearProduct(rows, query), keyValue: linearProduct(rows, keyValue) };
}

export function attentionOf(
  projected: Projected,
  { query, keyValue }: SelfAttentionWeights,
  { causal = false, ...how }: { lengths: readonly number[]; heads: number; causal?: boolean },
): AttentionOfRows {
  return { projected, queryBias: query.bias, keyValueBias: keyValue.bias, causal, ...how };
}

/** Gradients at the places of the block that its input and its weights go by. */
export interface AttentionGradients extends Projected {
  sum: Tensor2D; // [N, D], before the LayerNorm
}

export function backwardSelfAttention(
  gradient: Tensor2D,
  { weights, heads }: { weights: SelfAttentionWeights; heads: number },
  { activations, lengths }: { activations: AttentionActivations; lengths: readonly number[] },
): AttentionGradients {
  const { projected, probabilities } = activations;
  const sum = layerNormInputGradient(gradient, weights.attentionNorm, activations); // [N, D]
  const toContext = linearInputGradient(sum, weights.attentionOutput); // [N, D]
  const attention = { ...attentionOf(projected, weights, { lengths, heads }), probabilities };
  return { sum, ...attentionGradients(toContext, attention) };
}

/** To the rows of the block that a gradient is asked for: the products over all the others are spared. */
export function rowsGradient(
  { sum, query, keyValue }: AttentionGradients,
  weights: SelfAttentionWeights,
  flow: Flow,
): Tensor2D {
  return tidy(() => {
    const asking = add<Tensor2D>(flow.of(sum), linearInputGradient(flow.of(query), weights.query)); // [F, D]
    return add(asking, linearInputGradient(flow.of(keyValue), weights.keyValue)); // [F, D]
  });
}

export interface AttentionBackward {
  gradients: AttentionGradients;
  activations: AttentionActivations;
  rows: Tensor2D; // [N, D]
  context: Tensor2D; // [N, D]
}

export function selfAttentionWeightGradients(gradient: Tensor2D, backward: AttentionBackward): SelfAttentionWeights {
  const { gradients, activations, rows, context } = backward;
  return {
    query: linearWeightGradients(gradients.query, rows),
    keyValue: linearWeightGradients(gradients.keyValue, rows),
    attentionOutput: linearWeightGradients(gradients.sum, context),
    attentionNorm: layerNormWeightGradients(gradient, activations),
  };
}
