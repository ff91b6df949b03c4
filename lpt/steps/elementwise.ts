// Steps of the tape that treat every number by itself.
import { add, cast, clone, greater, mul, relu, square, sub, sum, tanh, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Activation } from '../../sweep/backbone-config.ts';
import { biasActivationWithSlope } from '../gelu.ts';
import { step } from './step.ts';

export function reluStep(x: Tensor2D): Tensor2D {
  return step({
    flowing: [x],
    forward: () => {
      const output = relu(x);
      return { output, kept: { output } };
    },
    // TensorFlow.js's own `step` takes four kernels for this.
    backward: (gradient: Tensor2D, kept) => [() => mul(gradient, cast(greater(kept.output, 0), 'float32'))],
  });
}

export function tanhStep(x: Tensor2D): Tensor2D {
  return step({
    flowing: [x],
    forward: () => {
      const output = tanh(x);
      return { output, kept: { output } };
    },
    backward: (gradient: Tensor2D, kept) => [() => mul(gradient, sub(1, square(kept.output)))],
  });
}

/** gelu(product + bias), the exact gelu where nothing else is said. */
export function biasGeluStep(product: Tensor2D, bias: Tensor1D, activation: Activation = 'gelu'): Tensor2D {
  return step({
    flowing: [product],
    weights: [bias],
    forward: () => {
      const { output, slope } = biasActivationWithSlope(activation, product, bias);
      return { output, kept: { slope } };
    },
    backward: (gradient: Tensor2D, kept) => {
      const toProduct: Tensor2D = mul(gradient, kept.slope);
      return [() => toProduct, () => sum<Tensor1D>(toProduct, 0)];
    },
  });
}

export function addStep<Sum extends Tensor>(one: Sum, other: Sum): Sum {
  return step({
    flowing: [one, other],
    forward: () => ({ output: add<Sum>(one, other), kept: {} }),
    // Two gradients are never one tensor: the tape frees each when it has been added up.
    backward: (gradient: Sum) => [() => clone(gradient), () => clone(gradient)],
  });
}

export function addBias(rows: Tensor2D, bias: Tensor1D): Tensor2D {
  return step({
    flowing: [rows],
    weights: [bias],
    forward: () => ({ output: add<Tensor2D>(rows, bias), kept: {} }),
    backward: (gradient: Tensor2D) => [() => clone(gradient), () => sum<Tensor1D>(gradient, 0)],
  });
}

/** x ∘ mask; the mask is a constant. */
export function maskStep<Masked extends Tensor>(x: Masked, mask: Masked): Masked {
  return step({
    flowing: [x],
    forward: () => ({ output: tidy(() => mul<Masked>(x, mask)), kept: { mask } }),
    backward: (gradient: Masked, kept) => [() => mul<Masked>(gradient, kept.mask)],
  });
}
