// The losses of several trials from one forward pass. Their trained variables are disjoint, so one backward pass from the sum
// gives each trial its own gradients.
import { concat, div, mul, ones, reshape, sum, tensor1d } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { wordHead, type Backbone } from './backbone.ts';
import { withoutGradient } from './own-gradient.ts';
import { gatherRows } from './packed/gather-rows.ts';
import { rowsOfPlaces } from './packed/packing.ts';
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
  return meansOf(
    losses,
    riders.map(({ batch }) => batch.texts.length),
  );
}

/** Each trial's numbers are only ever read by themselves: one that is no number leaves the others alone. */
function meansOf(losses: Tensor1D, counts: readonly number[]): Tensor1D {
  const longest = Math.max(...counts); // M
  const each = rowsOfPlaces(counts, longest); // [R·M]
  const riderOf = Int32Array.from(counts.flatMap((count, rider) => Array<number>(count).fill(rider))); // [N]
  const byCount = (values: Tensor1D) => div<Tensor1D>(values, tensor1d([...counts])); // [R]
  return step({
    flowing: [losses],
    forward: () => {
      const laidOut = reshape(gatherRows(columnOf(losses), each), [counts.length, longest]); // [R, M]
      return { output: byCount(sum(laidOut, 1)), kept: {} }; // [R]
    },
    backward: (gradient: Tensor1D) => [
      () => reshape(gatherRows(columnOf(byCount(gradient)), riderOf), losses.shape), // [N]
    ],
  });
}

function columnOf(values: Tensor1D): Tensor2D {
  return reshape(values, [values.size, 1]);
}

export function totalOf(losses: Tensor1D): Scalar {
  return step({
    flowing: [losses],
    forward: () => ({ output: sum<Scalar>(losses), kept: {} }),
    backward: (gradient: Scalar) => [() => mul<Tensor1D>(ones(losses.shape), gradient)],
  });
}
