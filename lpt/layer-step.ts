// A whole layer as a single step of the tape: its backward pass is written out, and only what that needs is kept.
import { add, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { EncoderLayer, GradientTo, LayerRows } from './layer.ts';
import { withOwnGradient, withoutGradient } from './own-gradient.ts';
import { gatherRows } from './packed/gather-rows.ts';
import { flowingRows, splitLike, wholeOf } from './packed/joined-rows.ts';
import { inverse, startsOf } from './packed/packing.ts';
import { tensorsLike, tensorsOf, type LayerWeights } from './weights.ts';

/** A layer's input once its rows lie in one tensor. */
export type Whole = Omit<LayerRows, 'rows'> & { rows: Tensor2D };

export interface LayerPass<Layer extends EncoderLayer, Kept extends object> {
  /** [N, D], or [B, D] where one row a sequence is read. */
  infer: (layer: Layer, input: Whole) => Tensor2D;
  /** `weightsToo`: keeps what the weights' gradients need as well. */
  forward: (layer: Layer, input: Whole, weightsToo: boolean) => { output: Tensor2D; kept: Kept };
  backward: (layer: Layer, backward: LayerBackward<Kept>) => LayerGradients;
}

export interface LayerBackward<Kept extends object> {
  gradient: Tensor2D; // as the output
  kept: Kept;
  lengths: readonly number[];
  flow: Flow;
}

export interface LayerGradients {
  /** To the rows that a gradient is asked for. */
  input: Tensor2D; // [F, D]
  /** Where `kept` is for them too. */
  weights?: LayerWeights;
}

/** The rows of a layer that a gradient is asked for: what only the others would need is spared. */
export interface Flow {
  /** Those of [N, ·]: [F, ·]. */
  of: (rows: Tensor2D) => Tensor2D;
  /** `rows`, [F, D], with what belongs to the rows that are read, [B, D], added where they are among them. */
  addRead: (rows: Tensor2D, read: Tensor2D) => Tensor2D;
}

export interface LayerCall<Layer extends EncoderLayer> {
  layer: Layer;
  input: LayerRows;
  gradientTo: GradientTo;
}

/** [N, D], or [B, D] where one row a sequence is read. */
export function runAsOneStep<Layer extends EncoderLayer, Kept extends object>(
  { infer, forward, backward }: LayerPass<Layer, Kept>,
  { layer, input, gradientTo }: LayerCall<Layer>,
): Tensor2D {
  const { rows } = input;
  if (gradientTo === 'nothing') return withoutGradient(() => infer(layer, { ...input, rows: wholeOf(rows) }));
  const weightsToo = gradientTo === 'input and weights';
  return withOwnGradient({
    inputs: [...rows.flowing, ...(weightsToo ? tensorsOf(layer.weights) : [])],
    forward: () => forward(layer, { ...input, rows: wholeOf(rows) }, weightsToo),
    backward: (gradient: Tensor2D, kept): Tensor[] => {
      const found = backward(layer, { gradient, kept, lengths: input.lengths, flow: flowOf(input) });
      const toWeights = weightsToo && found.weights ? tensorsLike(layer.weights, found.weights) : [];
      return [...splitLike(rows, found.input), ...toWeights];
    },
  });
}

function flowOf({ rows: joined, lengths, readAt = [] }: LayerRows): Flow {
  const taken = flowingRows(joined);
  return {
    of: (rows) => (taken === null ? rows : gatherRows(rows, taken)),
    addRead: (rows, read) => {
      const readBy = inverse(Int32Array.from(readAt), startsOf(lengths).at(-1) ?? 0);
      const asked = taken === null ? readBy : taken.map((row) => (row < 0 ? -1 : (readBy[row] ?? -1)));
      return asked.every((sequence) => sequence < 0) ? rows : add(rows, gatherRows(read, asked));
    },
  };
}
