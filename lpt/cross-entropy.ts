// Mean cross-entropy over the whole vocabulary, straight from decoder and bias: no one-hot of the vocabulary is made.
import { add, fill, gather, logSumExp, mean, mul, reshape, softmax, sub, sum, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { linear, linearInputGradient, linearProduct, linearWeightGradients, type Linear } from './linear.ts';
import { scatterRows } from './positions.ts';

/** From a vector to a score for each word. */
export interface WordDecoder {
  weight: Tensor2D; // [V, D]
  bias?: Tensor1D; // [V]
}

export interface CrossEntropyActivations {
  rows: Tensor2D; // [B, D]
  probabilities: Tensor2D; // [B, V]
  target: Tensor1D; // [B] int32
}

export function crossEntropy(
  rows: Tensor2D,
  decoder: WordDecoder,
  target: Tensor1D,
): { loss: Scalar; activations: CrossEntropyActivations } {
  const logits = decode(rows, decoder); // [B, V]
  const loss = tidy(() => mean<Scalar>(sub(logSumExp(logits, -1), targetLogits(rows, decoder, target))));
  return { loss, activations: { rows, probabilities: softmax(logits), target } };
}

function decode(rows: Tensor2D, { weight, bias }: WordDecoder): Tensor2D {
  return bias === undefined ? linearProduct(rows, { weight }) : linear(rows, { weight, bias }); // [B, V]
}

function targetLogits(rows: Tensor2D, { weight, bias }: WordDecoder, target: Tensor1D): Tensor1D {
  return tidy(() => {
    const product: Tensor1D = sum(mul(rows, gather(weight, target)), -1); // [B]
    return bias === undefined ? product : add(product, gather(bias, target));
  });
}

/** (softmax − onehot) · decoder / B, the one-hot part as a gather of the decoder's rows. */
export function crossEntropyInputGradient(
  gradient: Scalar,
  { weight }: WordDecoder,
  { probabilities, target }: CrossEntropyActivations,
): Tensor2D {
  return tidy(() => {
    const difference = sub(linearInputGradient(probabilities, { weight }), gather(weight, target)); // [B, D]
    return mul(difference, mul(gradient, 1 / target.size));
  });
}

export function crossEntropyWeightGradients(
  gradient: Scalar,
  { weight: { shape } }: WordDecoder,
  { rows, probabilities, target }: CrossEntropyActivations,
): Linear {
  const [vocabulary, width] = shape;
  return tidy(() => {
    const share = mul(gradient, 1 / target.size);
    const expected = linearWeightGradients(mul<Tensor2D>(probabilities, share), rows);
    const counts = mul<Tensor2D>(fill([target.size, 1], 1), share); // [B, 1]
    return {
      weight: sub<Tensor2D>(expected.weight, scatterRows(target, mul<Tensor2D>(rows, share), [vocabulary, width])),
      bias: sub<Tensor1D>(expected.bias, reshape(scatterRows(target, counts, [vocabulary, 1]), [vocabulary])),
    };
  });
}
