// From H_k to the one vector that the head reads, [B, 1, D]: [P; H_k] through layers k+1 to L, the last at the mask alone.
// In a decoder the "mask" is the last position before the label word.
import { add, concat, ones, scalar, type Tensor1D, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { attentionBias } from './attention.ts';
import { runLayer, type Backbone } from './backbone.ts';
import type { GradientTo, LayerInput } from './encoder-layer.ts';
import { finalNorm } from './final-norm.ts';
import { withoutGradient } from './own-gradient.ts';
import { selector } from './positions.ts';

export interface UpperLayers {
  backbone: Backbone;
  /** k, 0 to L - 1. */
  from: number;
  /** H_k. */
  hidden: Tensor3D; // [B, T, D]
  /** P, joined before position 0 of H_k. */
  prompt?: Tensor3D; // [B, p, D]
  attentionMask: Tensor2D; // [B, T]
  maskPosition: Tensor1D; // [B] int32, in H_k
}

export function maskVector(upper: UpperLayers, gradientTo: GradientTo): Tensor3D {
  const { backbone, from } = upper;
  const length = upper.hidden.shape[1];
  const promptLength = upper.prompt?.shape[1] ?? 0;
  const bias = withoutGradient(() => attentionBias(extendMask(upper.attentionMask, promptLength))); // [B, 1, 1, p + T]
  const selected = withoutGradient(() => {
    const shifted: Tensor1D = add(upper.maskPosition, scalar(promptLength, 'int32')); // [B]
    return selector(shifted, promptLength + length); // [B, 1, p + T]
  });
  const last = backbone.config.layers - 1;
  let current = upper.hidden;
  for (let index = from; index <= last; index += 1) {
    const input: LayerInput = {
      hidden: current,
      attentionBias: bias,
      ...(index === from && upper.prompt && { prompt: upper.prompt }),
      ...(index === last && { selected }),
    };
    current = runLayer(backbone, index, { input, gradientTo });
  }
  return finalNorm(backbone, current, gradientTo); // [B, 1, D]
}

/** The prompt is never padding. */
function extendMask(attentionMask: Tensor2D, promptLength: number): Tensor2D {
  if (promptLength === 0) return attentionMask;
  return concat([ones([attentionMask.shape[0], promptLength]), attentionMask], 1); // [B, p + T]
}
