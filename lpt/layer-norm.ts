// Layer normalisation over the last axis of rows, and its gradients.
import {
  add,
  mean,
  mul,
  rsqrt,
  square,
  sub,
  sum,
  tidy,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { runFused } from './fused.ts';

export interface LayerNorm {
  gain: Tensor1D; // [D]
  bias: Tensor1D; // [D]
}

/** What the backward pass needs of a forward pass: the rows before gain and bias, and 1/σ of each row. */
export interface Normalized {
  normalized: Tensor2D; // [N, D]
  inverseDeviation: Tensor2D; // [N, 1]
}

function normalize(rows: Tensor2D, epsilon: number): Normalized {
  return tidy(() => {
    const centred = sub(rows, mean(rows, -1, true)); // [N, D]
    const variance = mean<Tensor2D>(square(centred), -1, true); // [N, 1]
    const inverseDeviation = rsqrt(add<Tensor2D>(variance, epsilon)); // [N, 1]
    return { normalized: mul<Tensor2D>(centred, inverseDeviation), inverseDeviation };
  });
}

export function scaleAndShift(normalized: Tensor2D, { gain, bias }: LayerNorm): Tensor2D {
  return tidy(() => add(mul(normalized, gain), bias)); // [N, D]
}

/** A type and not an interface: a tidy hands it on. */
export type Normed = { [part in keyof Normalized | 'output']: Tensor2D };

export function layerNorm(rows: Tensor2D, weights: LayerNorm, epsilon: number): Tensor2D {
  return tidy(() => layerNormForTraining(rows, weights, epsilon).output); // [N, D]
}

/** With what the way back needs. */
export function layerNormForTraining(rows: Tensor2D, weights: LayerNorm, epsilon: number): Normed {
  const inputs = { rows, gain: weights.gain, shift: weights.bias };
  const fused = runFused({ kernel: 'LptNormalizeForTraining', inputs, attributes: { epsilon } });
  return fused ? normedOf(fused) : tidy(() => plainLayerNorm(rows, weights, epsilon));
}

function normedOf(outputs: Tensor[]): Normed {
  const [output, normalized, inverseDeviation] = outputs as [Tensor2D, Tensor2D, Tensor2D];
  return { output, normalized, inverseDeviation };
}

/** By operations that the tape knows. */
export function plainLayerNorm(rows: Tensor2D, weights: LayerNorm, epsilon: number): Normed {
  const normalized = normalize(rows, epsilon);
  return { output: scaleAndShift(normalized.normalized, weights), ...normalized };
}

/** The end of a block: a linear layer's product, its bias, and the residual that goes round it. */
export interface BlockSum {
  product: Tensor2D; // [N, D]
  bias: Tensor1D; // [D]
  residual: Tensor2D; // [N, D]
}

export function addAndNormalize(sum: BlockSum, weights: LayerNorm, epsilon: number): Tensor2D {
  const fused = runFused({ kernel: 'LptAddAndNormalize', ...fusedSum(sum, weights, epsilon) }) as [Tensor2D] | null;
  return fused?.[0] ?? tidy(() => layerNorm(plainSum(sum), weights, epsilon)); // [N, D]
}

export function addAndNormalizeForTraining(sum: BlockSum, weights: LayerNorm, epsilon: number): Normed {
  const pass = { kernel: 'LptAddAndNormalizeForTraining', ...fusedSum(sum, weights, epsilon) };
  const fused = runFused(pass);
  return fused ? normedOf(fused) : tidy(() => plainLayerNorm(plainSum(sum), weights, epsilon));
}

function fusedSum({ product, bias, residual }: BlockSum, { gain, bias: shift }: LayerNorm, epsilon: number) {
  return { inputs: { product, bias, residual, gain, shift }, attributes: { epsilon } };
}

function plainSum({ product, bias, residual }: BlockSum): Tensor2D {
  return add(residual, add(product, bias));
}

/** dx = (g − mean(g) − x̂ mean(g x̂)) / σ with g = dy · gain. */
export function layerNormInputGradient(gradient: Tensor2D, { gain }: LayerNorm, forward: Normalized): Tensor2D {
  const { normalized, inverseDeviation } = forward;
  const inputs = { gradient, gain, normalized, inverseDeviation };
  const fused = runFused({ kernel: 'LptLayerNormInputGradient', inputs }) as [Tensor2D] | null;
  if (fused) return fused[0];
  return tidy(() => {
    const scaled: Tensor2D = mul(gradient, gain); // [N, D]
    const along = mean<Tensor2D>(mul(scaled, normalized), -1, true); // [N, 1]
    const centred = sub(scaled, mean(scaled, -1, true)); // [N, D]
    return mul(sub(centred, mul(normalized, along)), inverseDeviation); // [N, D]
  });
}

export function layerNormWeightGradients(gradient: Tensor2D, { normalized }: Normalized): LayerNorm {
  return tidy(() => ({ gain: sum<Tensor1D>(mul(gradient, normalized), 0), bias: sum<Tensor1D>(gradient, 0) })); // [D]
}
