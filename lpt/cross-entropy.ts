// Cross-entropy over the whole vocabulary, straight from decoder and bias: no one-hot of the vocabulary is made. With
// p = softmax(W x + b) its gradient is Σ p W − W[target]: the mean of the word vectors, less the one that was right.
import { add, exp, gather, logSumExp, mul, reshape, sub, sum, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { hasFused, runFused } from './fused.ts';
import { linear, linearInputGradient, linearWeightGradients, type Linear } from './linear.ts';
import { scatterRows } from './positions.ts';

/** From a vector to a score for each word. */
export interface WordDecoder {
  weight: Tensor2D; // [V, D]
  bias?: Tensor1D; // [V]
}

export interface CrossEntropyActivations {
  /** The word vectors' mean under the softmax of their scores. */
  expected: Tensor2D; // [B, D]
  target: Tensor1D; // [B] int32
  forWeights?: { rows: Tensor2D; probabilities: Tensor2D }; // [B, D], [B, V]
}

export function crossEntropy(
  rows: Tensor2D,
  decoder: WordDecoder,
  { target, weightsToo }: { target: Tensor1D; weightsToo: boolean },
): { losses: Tensor1D; activations: CrossEntropyActivations } {
  const whole = {
    weight: decoder.weight,
    bias: decoder.bias ?? zeros<Tensor1D['rankType']>([decoder.weight.shape[0]]),
  };
  const { logSum, expected, probabilities } = (weightsToo ? null : fusedSoftmax(rows, whole)) ?? softmax(rows, whole);
  const losses = tidy(() =>
    reshape<Tensor1D['rankType']>(sub(logSum, targetScores(rows, whole, target)), [target.size]),
  ); // [B]
  const activations = { expected, target };
  if (!weightsToo || probabilities === undefined) return { losses, activations };
  return { losses, activations: { ...activations, forWeights: { rows, probabilities } } };
}

/** A type and not an interface: a tidy hands it on. */
type Softmax = { logSum: Tensor2D; expected: Tensor2D; probabilities?: Tensor2D }; // [B, 1], [B, D], [B, V]

/**
 * The kernel reads the vocabulary once, but multiplies on the vector unit: with more rows two products are as fast, and
 * beside a tile unit with fewer. With AVX2 and 768 wide it took 11 ms for their 16 at 16 rows, 41 for 44 at 64, 84 for 84 at 128.
 */
const MOST_ROWS = { plain: 128, besideTiles: 32 };
/** Columns that the kernel works on at one time. */
const COLUMNS = 64;

function fusedSoftmax(rows: Tensor2D, { weight: vectors, bias }: Required<WordDecoder>): Softmax | null {
  const [count, width] = rows.shape;
  const most = hasFused('LptProduct') ? MOST_ROWS.besideTiles : MOST_ROWS.plain;
  if (count > most || width % COLUMNS !== 0) return null;
  const outputs = runFused({ kernel: 'LptExpectedWord', inputs: { rows, vectors, bias } }) as
    [Tensor2D, Tensor2D] | null;
  return outputs && { logSum: outputs[0], expected: outputs[1] };
}

function softmax(rows: Tensor2D, decoder: Required<WordDecoder>): Softmax {
  return tidy(() => {
    const scores = linear(rows, decoder); // [B, V]
    const logSum = logSumExp<Tensor2D>(scores, -1, true); // [B, 1]
    const probabilities = exp(sub<Tensor2D>(scores, logSum));
    return { logSum, probabilities, expected: linearInputGradient(probabilities, decoder) };
  });
}

function targetScores(rows: Tensor2D, { weight, bias }: Required<WordDecoder>, target: Tensor1D): Tensor2D {
  return tidy(() => {
    const product: Tensor1D = sum(mul(rows, gather(weight, target)), -1); // [B]
    return reshape(add(product, gather(bias, target)), [target.size, 1]);
  });
}

/** `gradient`: of each row's loss. */
export function crossEntropyInputGradient(
  gradient: Tensor1D,
  { weight }: WordDecoder,
  { expected, target }: CrossEntropyActivations,
): Tensor2D {
  return tidy(() => mul(sub<Tensor2D>(expected, gather(weight, target)), reshape(gradient, [target.size, 1]))); // [B, D]
}

export function crossEntropyWeightGradients(
  gradient: Tensor1D,
  { weight: { shape } }: WordDecoder,
  { target, forWeights }: CrossEntropyActivations,
): Linear {
  if (forWeights === undefined) throw new Error('Expected a forward pass for weights, found one for its input alone.');
  const { rows, probabilities } = forWeights;
  const [vocabulary, width] = shape;
  return tidy(() => {
    const share: Tensor2D = reshape(gradient, [target.size, 1]); // [B, 1]
    const expected = linearWeightGradients(mul<Tensor2D>(probabilities, share), rows);
    return {
      weight: sub<Tensor2D>(expected.weight, scatterRows(target, mul<Tensor2D>(rows, share), [vocabulary, width])),
      bias: sub<Tensor1D>(expected.bias, reshape(scatterRows(target, share, [vocabulary, 1]), [vocabulary])),
    };
  });
}
