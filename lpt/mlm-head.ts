// The masked-LM head at the mask position: a transform, then the vocabulary's own embeddings as decoder.
import { gather, mul } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import {
  crossEntropy,
  crossEntropyInputGradient,
  crossEntropyWeightGradients,
  type CrossEntropyActivations,
} from './cross-entropy.ts';
import type { GradientTo } from './encoder-layer.ts';
import { biasGelu, biasGeluWithSlope } from './gelu.ts';
import {
  layerNorm,
  layerNormInputGradient,
  layerNormWeightGradients,
  normalize,
  scaleAndShift,
  type Normalized,
} from './layer-norm.ts';
import { linear, linearInputGradient, linearProduct, linearWeightGradients, type Linear } from './linear.ts';
import { withOwnGradient, withoutGradient } from './own-gradient.ts';
import { toRows, toSequences } from './positions.ts';
import { tensorsLike, tensorsOf, type HeadWeights } from './weights.ts';

export interface MlmHead {
  weights: HeadWeights;
  word: Tensor2D; // [V, D]
  epsilon: number;
}

/** Scores of the given words at the mask, without a gradient. `maskVector`: [B, 1, D]. */
export function scoreWords(head: MlmHead, maskVector: Tensor3D, wordIds: Tensor1D): Tensor2D {
  const { weights, word, epsilon } = head;
  const { transform } = weights;
  const raise = (rows: Tensor2D) => biasGelu(linearProduct(rows, transform), transform.bias); // [B, D]
  return withoutGradient(() => {
    const transformed = layerNorm(raise(toRows(maskVector)), weights.norm, epsilon); // [B, D]
    return linear(transformed, { weight: gather(word, wordIds), bias: gather(weights.decoderBias, wordIds) }); // [B, C]
  });
}

/** Mean cross-entropy over the whole vocabulary of the word that belongs at the mask. `maskVector`: [B, 1, D]. */
export function maskLoss(
  head: MlmHead,
  { maskVector, target }: { maskVector: Tensor3D; target: Tensor1D },
  gradientTo: Exclude<GradientTo, 'nothing'>,
): Scalar {
  const weightsToo = gradientTo === 'input and weights';
  return withOwnGradient({
    inputs: [maskVector, ...(weightsToo ? [head.word, ...tensorsOf(head.weights)] : [])],
    forward: () => forward(head, { maskVector, target }, weightsToo),
    backward: (gradient, kept) => backward(head, gradient, kept),
  });
}

interface Kept {
  normalized: Normalized;
  slope: Tensor2D; // [B, D]
  entropy: CrossEntropyActivations;
  forWeights?: { maskRows: Tensor2D }; // [B, D]
}

function decoder({ word, weights }: MlmHead): Linear {
  return { weight: word, bias: weights.decoderBias };
}

function forward(
  head: MlmHead,
  { maskVector, target }: { maskVector: Tensor3D; target: Tensor1D },
  weightsToo: boolean,
): { output: Scalar; kept: Kept } {
  const { weights, epsilon } = head;
  const maskRows = toRows(maskVector); // [B, D]
  const { output: raised, slope } = biasGeluWithSlope(
    linearProduct(maskRows, weights.transform),
    weights.transform.bias,
  ); // [B, D]
  const normalized = normalize(raised, epsilon);
  const transformed = scaleAndShift(normalized.normalized, weights.norm); // [B, D]
  const { loss, activations } = crossEntropy(transformed, decoder(head), target);
  return {
    output: loss,
    kept: { normalized, slope, entropy: activations, ...(weightsToo && { forWeights: { maskRows } }) },
  };
}

function backward(head: MlmHead, gradient: Scalar, { normalized, slope, entropy, forWeights }: Kept): Tensor[] {
  const { weights } = head;
  const toTransformed = crossEntropyInputGradient(gradient, decoder(head), entropy); // [B, D]
  const toRaised = layerNormInputGradient(toTransformed, weights.norm, normalized); // [B, D]
  const toTransform: Tensor2D = mul(toRaised, slope); // [B, D]
  const toMaskVector = toSequences(linearInputGradient(toTransform, weights.transform), slope.shape[0]); // [B, 1, D]
  if (forWeights === undefined) return [toMaskVector];
  const { weight, bias } = crossEntropyWeightGradients(gradient, decoder(head), entropy);
  const toWeights: HeadWeights = {
    transform: linearWeightGradients(toTransform, forWeights.maskRows),
    norm: layerNormWeightGradients(toTransformed, normalized),
    decoderBias: bias,
  };
  return [toMaskVector, weight, ...tensorsLike(weights, toWeights)];
}
