// The second half of a decoder layer, x → x + W₂ gelu(W₁ LayerNorm(x) + b₁) + b₂, forward and backward.
import { add, mul, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Activation } from '../sweep/backbone-config.ts';
import type { FeedForwardActivations, FeedForwardGradients, FeedForwardWeights } from './feed-forward.ts';
import { biasActivation, biasActivationWithSlope } from './gelu.ts';
import {
  layerNorm,
  layerNormForTraining,
  layerNormInputGradient,
  layerNormWeightGradients,
  scaleAndShift,
} from './layer-norm.ts';
import {
  linear,
  linearInputGradient,
  linearProduct,
  linearWeightGradients,
  transposedWeightGradients,
} from './linear.ts';

export interface FeedForwardShape {
  epsilon: number;
  activation: Activation;
}

/** Nothing is kept for a way back. */
export function inferNormedFeedForward(
  x: Tensor2D,
  { intermediate, output, outputNorm }: FeedForwardWeights,
  { epsilon, activation }: FeedForwardShape,
): Tensor2D {
  return tidy(() => {
    const product = tidy(() => linearProduct(layerNorm(x, outputNorm, epsilon), intermediate)); // [N, F]
    const raised = biasActivation(activation, product, intermediate.bias); // [N, F]
    product.dispose();
    return add<Tensor2D>(x, linear(raised, output)); // [N, D]
  });
}

export function forwardNormedFeedForward(
  x: Tensor2D,
  { intermediate, output, outputNorm }: FeedForwardWeights,
  { epsilon, activation }: FeedForwardShape,
): { output: Tensor2D; activations: FeedForwardActivations; raised: Tensor2D } {
  const { output: read, ...normalized } = layerNormForTraining(x, outputNorm, epsilon); // [N, D]
  const { output: raised, slope } = tidy(() =>
    biasActivationWithSlope(activation, linearProduct(read, intermediate), intermediate.bias),
  ); // [N, F]
  read.dispose();
  const sum = tidy(() => add<Tensor2D>(x, linear(raised, output))); // [N, D]
  return { output: sum, activations: { ...normalized, slope }, raised };
}

/** Of the gradients, `sum` is that to the block's output. */
export function backwardNormedFeedForward(
  sum: Tensor2D,
  weights: FeedForwardWeights,
  activations: FeedForwardActivations,
): FeedForwardGradients & { read: Tensor2D } {
  const intermediate = tidy(() => mul<Tensor2D>(linearInputGradient(sum, weights.output), activations.slope)); // [N, F]
  const read = linearInputGradient(intermediate, weights.intermediate); // [N, D], to what the LayerNorm gave
  const input = tidy(() => add<Tensor2D>(sum, layerNormInputGradient(read, weights.outputNorm, activations))); // [N, D]
  return { input, read, intermediate, sum };
}

export interface NormedFeedForwardBackward {
  gradients: FeedForwardGradients & { read: Tensor2D };
  activations: FeedForwardActivations;
  /** Output of the gelu. */
  raised: Tensor2D; // [N, F]
}

export function normedFeedForwardWeightGradients(
  { gradients, activations, raised }: NormedFeedForwardBackward,
  { outputNorm }: FeedForwardWeights,
): FeedForwardWeights {
  const read = scaleAndShift(activations.normalized, outputNorm); // [N, D]
  return {
    intermediate: linearWeightGradients(gradients.intermediate, read),
    output: transposedWeightGradients(gradients.sum, raised),
    outputNorm: layerNormWeightGradients(gradients.read, activations),
  };
}
