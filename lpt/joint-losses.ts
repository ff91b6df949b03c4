// The losses of several trials from one forward pass. Their trained variables are disjoint, so one backward pass from the sum
// gives each trial its own gradients.
import { concat, div, gather, mean, slice, stack, sum, tensor1d, ones, mul } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import { wordHead, type Backbone } from './backbone.ts';
import { withoutGradient } from './own-gradient.ts';
import { step } from './steps/step.ts';
import { maskLosses } from './word-head.ts';
import type { Rider } from './seats.ts';
import { maskVectors } from './walk.ts';

export interface JointCall {
  backbone: Backbone;
  riders: readonly Rider[];
}

/** Mean cross-entropy of each trial's batch, in the order of `riders`: [R]. */
export function jointLosses(call: JointCall): Tensor1D {
  const { backbone, riders } = call;
  const vectors = maskVectors({ ...call, forGradient: true }); // [N, D]
  const target = withoutGradient(() => concat(riders.map(({ batch }) => batch.target))); // [N]
  const losses = maskLosses(wordHead(backbone), { maskVectors: vectors, target }, 'input'); // [N]
  return meansOf(losses, riders.map(({ batch }) => batch.texts.length)); // prettier-ignore
}

/** Each trial's numbers are only ever read by themselves: one that is no number leaves the others alone. */
function meansOf(losses: Tensor1D, counts: readonly number[]): Tensor1D {
  const starts = counts.map((_, rider) => counts.slice(0, rider).reduce((all, count) => all + count, 0));
  const riderOf = counts.flatMap((count, rider) => Array<number>(count).fill(rider));
  return step({
    flowing: [losses],
    forward: () => {
      const means = counts.map((count, rider) => mean<Scalar>(slice(losses, [starts[rider] ?? 0], [count])));
      return { output: stack(means) as Tensor1D, kept: {} }; // [R]
    },
    backward: (gradient: Tensor1D) => [
      () => gather(div<Tensor1D>(gradient, tensor1d([...counts])), tensor1d(riderOf, 'int32')), // [N]
    ],
  });
}

export function totalOf(losses: Tensor1D): Scalar {
  return step({
    flowing: [losses],
    forward: () => ({ output: sum<Scalar>(losses), kept: {} }),
    backward: (gradient: Scalar) => [() => mul<Tensor1D>(ones(losses.shape), gradient)],
  });
}
