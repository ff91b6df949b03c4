// The second half of an encoder layer, x → LayerNorm(x + W₂ gelu(W₁ x + b₁) + b₂), forward and backward.
import { add, mul, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import { gelu, geluWithSlope } from './gelu.ts';
import {
  layerNorm,
  layerNormInputGradient,
  layerNormWeightGradients,
  normalize,
  scaleAndShift,
  type Normalized,
} from './layer-norm.ts';
import { linear, linearInputGradient, linearWeightGradients, transposedWeightGradients } from './linear.ts';
import type { LayerWeights } from './weights.ts';

export type FeedForwardWeights = Pick<LayerWeights, 'intermediate' | 'output' | 'outputNorm'>;

export interface FeedForwardActivations extends Normalized {
  /** Slope of the gelu at each of its inputs. */
  slope: Tensor2D; // [N, F]
}

export function inferFeedForward(x: Tensor2D, weights: FeedForwardWeights, epsilon: number): Tensor2D {
  return tidy(() => {
    const raised = tidy(() => gelu(linear(x, weights.intermediate))); // [N, F]
    return layerNorm(add(x, linear(raised, weights.output)), weights.outputNorm, epsilon); // [N, D]
  });
}

export function forwardFeedForward(
  x: Tensor2D,
  weights: FeedForwardWeights,
  epsilon: number,
): { output: Tensor2D; activations: FeedForwardActivations; raised: Tensor2D } {
  const { output: raised, slope } = tidy(() => geluWithSlope(linear(x, weights.intermediate))); // [N, F]
  const normalized = normalize(
    tidy(() => add(x, linear(raised, weights.output))),
    epsilon,
  );
  const output = scaleAndShift(normalized.normalized, weights.outputNorm); // [N, D]
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
