// The LayerNorm between a decoder's last layer and its head. An encoder has none.
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { Backbone } from './backbone.ts';
import type { GradientTo } from './encoder-layer.ts';
import { layerNorm, layerNormInputGradient, layerNormWeightGradients, normalize, scaleAndShift } from './layer-norm.ts';
import { withOwnGradient, withoutGradient } from './own-gradient.ts';
import { toRows, toSequences } from './positions.ts';
import { tensorsLike, tensorsOf } from './weights.ts';

export function finalNorm({ config, weights }: Backbone, hidden: Tensor3D, gradientTo: GradientTo): Tensor3D {
  const { finalNorm: norm } = weights;
  if (norm === undefined) return hidden;
  const batch = hidden.shape[0];
  const epsilon = config.layerNormEps;
  if (gradientTo === 'nothing')
    return withoutGradient(() => toSequences(layerNorm(toRows(hidden), norm, epsilon), batch)); // [B, Q, D]
  const weightsToo = gradientTo === 'input and weights';
  return withOwnGradient({
    inputs: [hidden, ...(weightsToo ? tensorsOf(norm) : [])],
    forward: () => {
      const kept = normalize(toRows(hidden), epsilon);
      return { output: toSequences(scaleAndShift(kept.normalized, norm), batch), kept }; // [B, Q, D]
    },
    backward: (gradient, kept) => {
      const rows = toRows(gradient); // [B·Q, D]
      const toHidden = toSequences(layerNormInputGradient(rows, norm, kept), batch); // [B, Q, D]
      return [toHidden, ...(weightsToo ? tensorsLike(norm, layerNormWeightGradients(rows, kept)) : [])];
    },
  });
}
