// LayerNorm as a step of the tape: in front of a block, and at a block's end, LayerNorm(product + bias + residual).
import { clone, mul, sum, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import {
  addAndNormalizeForTraining,
  layerNormForTraining,
  layerNormInputGradient,
  type BlockSum,
  type LayerNorm,
} from '../layer-norm.ts';
import { step } from './step.ts';

export function normalizeStep(rows: Tensor2D, norm: LayerNorm, epsilon: number): Tensor2D {
  return step({
    flowing: [rows],
    weights: [norm.gain, norm.bias],
    forward: () => {
      const { output, ...kept } = layerNormForTraining(rows, norm, epsilon);
      return { output, kept };
    },
    backward: (gradient: Tensor2D, kept) => [
      () => layerNormInputGradient(gradient, norm, kept), // [N, D]
      () => sum<Tensor1D>(mul(gradient, kept.normalized), 0),
      () => sum<Tensor1D>(gradient, 0),
    ],
  });
}

export function addAndNormalizeStep(block: BlockSum, norm: LayerNorm, epsilon: number): Tensor2D {
  return step({
    flowing: [block.product, block.residual],
    weights: [block.bias, norm.gain, norm.bias],
    forward: () => {
      const { output, ...kept } = addAndNormalizeForTraining(block, norm, epsilon);
      return { output, kept };
    },
    backward: (gradient: Tensor2D, kept) => {
      const toSum = layerNormInputGradient(gradient, norm, kept); // [N, D]
      return [
        () => toSum,
        () => clone(toSum),
        () => sum<Tensor1D>(toSum, 0),
        () => sum<Tensor1D>(mul(gradient, kept.normalized), 0),
        () => sum<Tensor1D>(gradient, 0),
      ];
    },
  });
}
