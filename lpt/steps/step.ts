// A step of the tape whose weights may be frozen or trained: a trained weight is a `Variable`, a frozen one a plain
// tensor, and no gradient is worked out for it.
import { Variable, type Tensor } from '@tensorflow/tfjs-core';
import { withOwnGradient } from '../own-gradient.ts';

export interface Step<Output extends Tensor, Kept extends object> {
  /** Inputs that a gradient always flows to. */
  flowing: Tensor[];
  weights?: Tensor[];
  forward: () => { output: Output; kept: Kept };
  /** A gradient for each of `flowing`, then for each of `weights`; those of frozen weights are not asked for. */
  backward: (gradient: Output, kept: Kept) => (() => Tensor)[];
}

export function step<Output extends Tensor, Kept extends object>(asked: Step<Output, Kept>): Output {
  const { flowing, weights = [], forward, backward } = asked;
  const isAsked = [...flowing.map(() => true), ...weights.map(isTrained)];
  return withOwnGradient({
    inputs: [...flowing, ...weights].filter((_, index) => isAsked[index]),
    forward,
    backward: (gradient: Output, kept: Kept) =>
      backward(gradient, kept)
        .filter((_, index) => isAsked[index])
        .map((compute) => compute()),
  });
}

export function isTrained(tensor: Tensor): boolean {
  return tensor instanceof Variable;
}
