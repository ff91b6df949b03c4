// The mean of a list as a step of the tape.
import { mean, mul, ones, tidy, type Scalar, type Tensor1D } from '@tensorflow/tfjs-core';
import { step } from './step.ts';

export function meanStep(values: Tensor1D): Scalar {
  const { size } = values;
  return step({
    flowing: [values],
    forward: () => ({ output: mean<Scalar>(values), kept: {} }),
    backward: (gradient: Scalar) => [() => tidy(() => mul<Tensor1D>(ones([size]), mul(gradient, 1 / size)))],
  });
}
