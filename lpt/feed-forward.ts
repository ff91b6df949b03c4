// The second half of an encoder layer, x → LayerNorm(x + W₂ gelu(W₁ x + b₁) + b₂), forward and backward.
import { add, mul, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import { biasGelu, biasGeluWithSlope } from './gelu.ts';
import {
  addAndNormalize,
  addAndNormalizeForTraining,
  layerNormInputGradient,
  layerNormWeightGradients,
  type BlockSum,
  type Normalized,
} from './layer-norm.ts';
import { linearProduct, linearInputGradient, linearWeightGradients, transposedWeightGradients } from './linear.ts';
import type { LayerWeights } from './weights.ts';

export type FeedForwardWeights = Pick<LayerWeights, 'intermediate' | 'output' | 'outputNorm'>;

export interface FeedForwardActivations extends Normalized {
  /** Slope of the gelu at each of its inputs. */
  slope: Tensor2D; // [N, F]
}

export function inferFeedForward(x: Tensor2D, weights: FeedForwardWeights, epsilon: number): Tensor2D {
  return tidy(() => {
    const { intermediate, outputNorm } = weights;
    const raised = tidy(() => biasGelu(linearProduct(x, intermediate), intermediate.bias)); // [N, F]
    return addAndNormalize(blockSum(x, raised, weights), outputNorm, epsilon); // [N, D]
  });
}

function blockSum(x: Tensor2D, raised: Tensor2D, { output }: FeedForwardWeights): BlockSum {
  return { product: linearProduct(raised, output), bias: output.bias, residual: x };
}

export function forwardFeedForward(
  x: Tensor2D,
  weights: FeedForwardWeights,
  epsilon: number,
): { output: Tensor2D; activations: FeedForwardActivations; raised: Tensor2D } {
  const { intermediate, outputNorm } = weights;
  const { output: raised, slope } = tidy(() => biasGeluWithSlope(linearProduct(x, intermediate), intermediate.bias)); // [N, F]
  const { output, ...normalized } = tidy(() =>
    addAndNormalizeForTraining(blockSum(x, raised, weights), outputNorm, epsilon),
  );
  return { output, activations: { ...normalized, slope }, raised };
}

/** Gradients at the three places of the block that its input and its weights go by. */
export interface FeedForwardGradients {
  input: Tensor2D; // [N, D]
  intermediate: Tensor2D; // [N, F], before the gelu
  sum: Tensor2D; // [N, D], before the LayerNorm
}

export function backwardFeedForward(
  gradient: Tensor2D,
  weights: FeedForwardWeights,
  activations: FeedForwardActivations,
): FeedForwardGradients {
  const sum = layerNormInputGradient(gradient, weights.outputNorm, activations); // [N, D]
  const intermediate = tidy(() => mul<Tensor2D>(linearInputGradient(sum, weights.output), activations.slope)); // [N, F]
  const input = tidy(() => add<Tensor2D>(sum, linearInputGradient(intermediate, weights.intermediate))); // [N, D]
  return { input, intermediate, sum };
}

export interface FeedForwardBackward {
  gradients: FeedForwardGradients;
  activations: FeedForwardActivations;
  x: Tensor2D; // [N, D]
  /** Output of the gelu. */
  raised: Tensor2D; // [N, F]
}

export function feedForwardWeightGradients(gradient: Tensor2D, backward: FeedForwardBackward): FeedForwardWeights {
  const { gradients, activations, x, raised } = backward;
  return {
    intermediate: linearWeightGradients(gradients.intermediate, x),
    output: transposedWeightGradients(gradients.sum, raised),
    outputNorm: layerNormWeightGradients(gradient, activations),
  };
}
