// A linear layer on rows, y = x Wᵀ + b, and its gradients.
import { add, matMul, sum, tidy, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { runFused } from './fused.ts';

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
  return 'weight' in layer ? transposedProduct(rows, layer.weight) : product(rows, layer.transposedWeight); // [N, out]
}

export function linearInputGradient(gradient: Tensor2D, layer: Pick<Linear, 'weight'> | TransposedLinear): Tensor2D {
  return 'weight' in layer ? product(gradient, layer.weight) : transposedProduct(gradient, layer.transposedWeight); // [N, in]
}

/** With fewer rows the time goes into laying the other matrix out, and TensorFlow's own product is the faster one. */
const ROWS_THAT_PAY = 32;

/** [N, inner] · [inner, M]. */
function product(a: Tensor2D, b: Tensor2D): Tensor2D {
  return fusedProduct('LptProduct', a, b) ?? matMul(a, b); // [N, M]
}

/** [N, inner] · [M, inner]ᵀ. */
function transposedProduct(a: Tensor2D, b: Tensor2D): Tensor2D {
  return fusedProduct('LptTransposedProduct', a, b) ?? matMul(a, b, false, true); // [N, M]
}

function fusedProduct(kernel: string, a: Tensor2D, b: Tensor2D): Tensor2D | null {
  const fused = a.shape[0] < ROWS_THAT_PAY ? null : (runFused({ kernel, inputs: { a, b } }) as [Tensor2D] | null);
  return fused?.[0] ?? null; // [N, M]
}

export function linearWeightGradients(gradient: Tensor2D, rows: Tensor2D): Linear {
  return { weight: matMul(gradient, rows, true), bias: sum(gradient, 0) };
}

export function transposedWeightGradients(gradient: Tensor2D, rows: Tensor2D): TransposedLinear {
  return { transposedWeight: matMul(rows, gradient, true), bias: sum(gradient, 0) };
}
