// A linear map as a step of the tape; its weight and bias may be frozen or trained.
import { matMul, sum, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { linear, linearInputGradient, linearProduct, type AnyLinear } from '../linear.ts';
import { isTrained, step } from './step.ts';

/** x Wᵀ + b: [N, in] to [N, out]. */
export function linearStep(rows: Tensor2D, layer: AnyLinear): Tensor2D {
  const weight = weightOf(layer);
  return step({
    flowing: [rows],
    weights: [weight, layer.bias],
    forward: () => ({ output: linear(rows, layer), kept: keptRows(rows, weight) }),
    backward: (gradient: Tensor2D, kept) => [...gradients(gradient, layer, kept), () => sum<Tensor1D>(gradient, 0)],
  });
}

/** x Wᵀ, for a step that adds the bias itself: [N, in] to [N, out]. */
export function productStep(rows: Tensor2D, layer: AnyLinear): Tensor2D {
  const weight = weightOf(layer);
  return step({
    flowing: [rows],
    weights: [weight],
    forward: () => ({ output: linearProduct(rows, layer), kept: keptRows(rows, weight) }),
    backward: (gradient: Tensor2D, kept) => gradients(gradient, layer, kept),
  });
}

interface Kept {
  /** Only a trained weight's gradient reads them. */
  rows?: Tensor2D; // [N, in]
}

function keptRows(rows: Tensor2D, weight: Tensor2D): Kept {
  return isTrained(weight) ? { rows } : {};
}

function gradients(gradient: Tensor2D, layer: AnyLinear, { rows }: Kept): (() => Tensor2D)[] {
  return [() => linearInputGradient(gradient, layer), () => weightGradient(gradient, layer, rows)];
}

function weightGradient(gradient: Tensor2D, layer: AnyLinear, rows: Tensor2D | undefined): Tensor2D {
  if (rows === undefined) throw new Error('Expected the rows of a trained linear map to be kept, found none.');
  return 'weight' in layer ? matMul(gradient, rows, true) : matMul(rows, gradient, true);
}

function weightOf(layer: AnyLinear): Tensor2D {
  return 'weight' in layer ? layer.weight : layer.transposedWeight;
}
