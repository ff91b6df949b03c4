// A linear layer on rows, y = x Wᵀ + b, and its gradients.
import { add, matMul, sum, tidy, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';

/** The weight lies as in Hugging Face files. */
export interface Linear {
  weight: Tensor2D; // [out, in]
  bias: Tensor1D; // [out]
}

/**
 * The weight lies the other way. A product with a matrix whose second side is the long one takes TensorFlow's CPU kernel
 * twice the time, so a layer from many to few keeps its weight like this: neither direction then meets that case.
 */
export interface TransposedLinear {
  transposedWeight: Tensor2D; // [in, out]
  bias: Tensor1D; // [out]
}

export type AnyLinear = Linear | TransposedLinear;

export function linear(rows: Tensor2D, layer: AnyLinear): Tensor2D {
  return tidy(() => add(linearProduct(rows, layer), layer.bias)); // [N, out]
}

/** x Wᵀ, for a step that adds the bias itself. */
export function linearProduct(rows: Tensor2D, layer: Omit<Linear, 'bias'> | Omit<TransposedLinear, 'bias'>): Tensor2D {
  return 'weight' in layer ? matMul(rows, layer.weight, false, true) : matMul(rows, layer.transposedWeight); // [N, out]
}

export function linearInputGradient(gradient: Tensor2D, layer: Pick<Linear, 'weight'> | TransposedLinear): Tensor2D {
  // [N, in]
  return 'weight' in layer ? matMul(gradient, layer.weight) : matMul(gradient, layer.transposedWeight, false, true);
}

export function linearWeightGradients(gradient: Tensor2D, rows: Tensor2D): Linear {
  return { weight: matMul(gradient, rows, true), bias: sum(gradient, 0) };
}

export function transposedWeightGradients(gradient: Tensor2D, rows: Tensor2D): TransposedLinear {
  return { transposedWeight: matMul(rows, gradient, true), bias: sum(gradient, 0) };
}
