// From the vector of the position that stands for the label word to scores of words: an encoder's masked-LM head transforms
// it first, a decoder's head does not; the vocabulary's own embeddings decode it.
import { gather, mul } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  crossEntropy,
  crossEntropyInputGradient,
  crossEntropyWeightGradients,
  type CrossEntropyActivations,
  type WordDecoder,
} from './cross-entropy.ts';
import type { GradientTo } from './layer.ts';
import { biasGelu, biasGeluWithSlope } from './gelu.ts';
import {
  layerNorm,
  layerNormInputGradient,
  layerNormWeightGradients,
  layerNormForTraining,
  type Normalized,
} from './layer-norm.ts';
import { linear, linearInputGradient, linearProduct, linearWeightGradients } from './linear.ts';
import { withOwnGradient, withoutGradient } from './own-gradient.ts';
import { meanStep } from './steps/mean.ts';
import { tensorsLike, tensorsOf, type HeadWeights } from './weights.ts';

export interface WordHead {
  /** Undefined: what comes is decoded as it is. */
  weights: HeadWeights | undefined;
  word: Tensor2D; // [V, E]
  epsilon: number;
}

/** Scores of the given words at the mask, without a gradient. `maskVectors`: [B, D]. */
export function scoreWords({ weights, word, epsilon }: WordHead, maskVectors: Tensor2D, wordIds: Tensor1D): Tensor2D {
  return withoutGradient(() => {
    if (weights === undefined) return linearProduct(maskVectors, { weight: gather(word, wordIds) }); // [B, C]
    const { transform, norm, decoderBias } = weights;
    const raised = biasGelu(linearProduct(maskVectors, transform), transform.bias); // [B, E]
    const transformed = layerNorm(raised, norm, epsilon); // [B, E]
    return linear(transformed, { weight: gather(word, wordIds), bias: gather(decoderBias, wordIds) }); // [B, C]
  });
}

export interface MaskRead {
  maskVectors: Tensor2D; // [B, D]
  /** The word that belongs at the mask. */
  target: Tensor1D; // [B] int32
}

type GradientOfLoss = Exclude<GradientTo, 'nothing'>;

/** Mean cross-entropy over the whole vocabulary. */
export function maskLoss(head: WordHead, read: MaskRead, gradientTo: GradientOfLoss): Scalar {
  return meanStep(maskLosses(head, read, gradientTo));
}

/** Cross-entropy over the whole vocabulary of each example, [B]. */
export function maskLosses(head: WordHead, { maskVectors, target }: MaskRead, gradientTo: GradientOfLoss): Tensor1D {
  const weightsToo = gradientTo === 'input and weights';
  return withOwnGradient({
    inputs: [maskVectors, ...(weightsToo ? [head.word, ...tensorsOf(head.weights ?? {})] : [])],
    forward: () => forward(head, maskVectors, { target, weightsToo }),
    backward: (gradient, kept) => backward(head, { gradient, kept, weightsToo }),
  });
}

interface Kept {
  maskRows: Tensor2D; // [B, D]
  entropy: CrossEntropyActivations;
  transform?: { normalized: Normalized; slope: Tensor2D }; // of [B, E]
}

function decoder({ word, weights }: WordHead): WordDecoder {
  return { weight: word, ...(weights && { bias: weights.decoderBias }) };
}

function forward(
  head: WordHead,
  maskRows: Tensor2D,
  asked: { target: Tensor1D; weightsToo: boolean },
): { output: Tensor1D; kept: Kept } {
  const { weights, epsilon } = head;
  if (weights === undefined) {
    const { losses, activations } = crossEntropy(maskRows, decoder(head), asked);
    return { output: losses, kept: { maskRows, entropy: activations } };
  }
  const { transform, norm } = weights;
  const { output: raised, slope } = biasGeluWithSlope(linearProduct(maskRows, transform), transform.bias); // [B, E]
  const { output: transformed, ...normalized } = layerNormForTraining(raised, norm, epsilon); // [B, E]
  const { losses, activations } = crossEntropy(transformed, decoder(head), asked);
  return { output: losses, kept: { maskRows, entropy: activations, transform: { normalized, slope } } };
}

interface Backward {
  gradient: Tensor1D; // [B]
  kept: Kept;
  weightsToo: boolean;
}

function backward(head: WordHead, { gradient, kept, weightsToo }: Backward): Tensor[] {
  const { maskRows, entropy, transform } = kept;
  const { weights } = head;
  const toDecoded = crossEntropyInputGradient(gradient, decoder(head), entropy); // [B, E]
  const toDecoder = () => crossEntropyWeightGradients(gradient, decoder(head), entropy);
  if (weights === undefined || transform === undefined) {
    return [toDecoded, ...(weightsToo ? [toDecoder().weight] : [])];
  }
  const toRaised = layerNormInputGradient(toDecoded, weights.norm, transform.normalized); // [B, E]
  const toTransform: Tensor2D = mul(toRaised, transform.slope); // [B, E]
  const toMaskVectors = linearInputGradient(toTransform, weights.transform); // [B, D]
  if (!weightsToo) return [toMaskVectors];
  const { weight, bias } = toDecoder();
  const toWeights: HeadWeights = {
    transform: linearWeightGradients(toTransform, maskRows),
    norm: layerNormWeightGradients(toDecoded, transform.normalized),
    decoderBias: bias,
  };
  return [toMaskVectors, weight, ...tensorsLike(weights, toWeights)];
}
