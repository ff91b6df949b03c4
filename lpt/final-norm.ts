// The LayerNorm between a decoder's last layer and its head. An encoder has none.
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Backbone } from './backbone.ts';
import type { GradientTo } from './layer.ts';
import { layerNorm, layerNormForTraining, layerNormInputGradient, layerNormWeightGradients } from './layer-norm.ts';
import { withOwnGradient, withoutGradient } from './own-gradient.ts';
import { tensorsLike, tensorsOf } from './weights.ts';

export function finalNorm({ config, weights }: Backbone, rows: Tensor2D, gradientTo: GradientTo): Tensor2D {
  const { finalNorm: norm } = weights;
  if (norm === undefined) return rows;
  const epsilon = config.layerNormEps;
  if (gradientTo === 'nothing') return withoutGradient(() => layerNorm(rows, norm, epsilon)); // [B, D]
  const weightsToo = gradientTo === 'input and weights';
  return withOwnGradient({
    inputs: [rows, ...(weightsToo ? tensorsOf(norm) : [])],
    forward: () => {
      const { output, ...kept } = layerNormForTraining(rows, norm, epsilon); // [B, D]
      return { output, kept };
    },
    backward: (gradient, kept) => [
      layerNormInputGradient(gradient, norm, kept), // [B, D]
      ...(weightsToo ? tensorsLike(norm, layerNormWeightGradients(gradient, kept)) : []),
    ],
  });
}
