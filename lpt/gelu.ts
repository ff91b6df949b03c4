// GELU in its exact form, x Φ(x) with Φ by the error function, and its slope Φ(x) + x φ(x); and with Φ approximated by the
// hyperbolic tangent, as GPT-2 has it.
import { add, erf, exp, mul, square, sub, tanh, tidy, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Activation } from '../sweep/backbone-config.ts';
import { runFused } from './fused.ts';

/** ln(1/√π): in the exponent it saves a pass over the largest tensor of a layer. */
const LOG_INVERSE_SQRT_PI = -0.5 * Math.log(Math.PI);

/** Of a linear layer's product, before its bias. */
export function biasGelu(product: Tensor2D, bias: Tensor1D): Tensor2D {
  const fused = runFused({ kernel: 'LptBiasGelu', inputs: { product, bias } }) as [Tensor2D] | null;
  return fused?.[0] ?? tidy(() => gelu(add(product, bias)));
}

export function biasGeluTanh(product: Tensor2D, bias: Tensor1D): Tensor2D {
  const fused = runFused({ kernel: 'LptBiasGeluTanh', inputs: { product, bias } }) as [Tensor2D] | null;
  return fused?.[0] ?? tidy(() => geluTanh(add(product, bias)));
}

/** A type and not an interface: a tidy hands it on. */
type WithSlope = { output: Tensor2D; slope: Tensor2D };

export function biasGeluWithSlope(product: Tensor2D, bias: Tensor1D): WithSlope {
  const fused = runFused({ kernel: 'LptBiasGeluWithSlope', inputs: { product, bias } }) as [Tensor2D, Tensor2D] | null;
  return fused ? { output: fused[0], slope: fused[1] } : tidy(() => geluWithSlope(add(product, bias)));
}

export function biasGeluTanhWithSlope(product: Tensor2D, bias: Tensor1D): WithSlope {
  const pass = { kernel: 'LptBiasGeluTanhWithSlope', inputs: { product, bias } };
  const fused = runFused(pass) as [Tensor2D, Tensor2D] | null;
  return fused ? { output: fused[0], slope: fused[1] } : tidy(() => geluTanhWithSlope(add(product, bias)));
}

export function gelu(x: Tensor2D): Tensor2D {
  return tidy(() => mul(x, cumulative(mul(x, Math.SQRT1_2))));
}

/** The slope is made on the way forward: keeping it is all that the backward pass needs of x. */
export function geluWithSlope(x: Tensor2D): WithSlope {
  return tidy(() => {
    const scaled: Tensor2D = mul(x, Math.SQRT1_2); // x / √2
    const cdf = cumulative(scaled);
    const slope = tidy(() => add(cdf, mul(scaled, exp(sub(LOG_INVERSE_SQRT_PI, square(scaled))))));
    return { output: mul(x, cdf), slope: slope as Tensor2D };
  });
}

function cumulative(scaled: Tensor2D): Tensor2D {
  return tidy(() => mul(add(erf(scaled), 1), 0.5));
}

export function biasActivation(activation: Activation, product: Tensor2D, bias: Tensor1D): Tensor2D {
  return activation === 'gelu' ? biasGelu(product, bias) : biasGeluTanh(product, bias);
}

export function biasActivationWithSlope(activation: Activation, product: Tensor2D, bias: Tensor1D): WithSlope {
  return activation === 'gelu' ? biasGeluWithSlope(product, bias) : biasGeluTanhWithSlope(product, bias);
}

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

function geluTanh(x: Tensor2D): Tensor2D {
  return tidy(() => {
    const inner = mul(x, add(mul(square(x), SQRT_2_OVER_PI * CUBIC), SQRT_2_OVER_PI)); // u
    return mul(x, mul(add(tanh(inner), 1), 0.5));
  });
}

/** x (1 + tanh u) / 2 with u = √(2/π) (x + 0.044715 x³); the slope is (1 + tanh u) / 2 + x (1 − tanh² u) u′ / 2. */
export function geluTanhWithSlope(x: Tensor2D): WithSlope {
  return tidy(() => {
    const squared = square(x);
    const inner = mul(x, add(mul(squared, SQRT_2_OVER_PI * CUBIC), SQRT_2_OVER_PI)); // u
    const tangent = tanh(inner);
    const cdf: Tensor2D = mul(add(tangent, 1), 0.5);
    const innerSlope = add(mul(squared, 3 * SQRT_2_OVER_PI * CUBIC), SQRT_2_OVER_PI); // u′
    const slope = add(cdf, mul(mul(x, innerSlope), mul(sub(1, square(tangent)), 0.5)));
    return { output: mul(x, cdf), slope: slope as Tensor2D };
  });
}
