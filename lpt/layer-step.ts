// A whole layer as a single step of the tape: its backward pass is written out, and only what that needs is kept.
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { EncoderLayer, GradientTo, LayerRows } from './encoder-layer.ts';
import { withOwnGradient, withoutGradient } from './own-gradient.ts';
import { gatherRows } from './packed/gather-rows.ts';
import { flowingRows, splitLike, wholeOf } from './packed/joined-rows.ts';
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
  readAt: readonly number[] | undefined;
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
  /** At the rows of `readAt` what belongs to them, [B, D], and zeros elsewhere: [F, D]. Null: none of them is among these rows. */
  placed: (read: Tensor2D, readAt: readonly number[]) => Tensor2D | null;
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
  const { rows, lengths, readAt } = input;
  if (gradientTo === 'nothing') return withoutGradient(() => infer(layer, { ...input, rows: wholeOf(rows) }));
  const weightsToo = gradientTo === 'input and weights';
  return withOwnGradient({
    inputs: [...rows.flowing, ...(weightsToo ? tensorsOf(layer.weights) : [])],
    forward: () => forward(layer, { ...input, rows: wholeOf(rows) }, weightsToo),
    backward: (gradient: Tensor2D, kept): Tensor[] => {
      const flow = flowOf(flowingRows(rows), countOf(lengths));
      const found = backward(layer, { gradient, kept, lengths, readAt, flow });
      const toWeights = weightsToo && found.weights ? tensorsLike(layer.weights, found.weights) : [];
      return [...splitLike(rows, found.input), ...toWeights];
    },
  });
}

function countOf(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + length, 0);
}

/** @param taken which rows; null: all `count` of them as they lie */
function flowOf(taken: Int32Array | null, count: number): Flow {
  return {
    of: (rows) => (taken === null ? rows : gatherRows(rows, taken)),
    placed: (read, readAt) => {
      const readBy = new Int32Array(count).fill(-1);
      readAt.forEach((row, sequence) => (readBy[row] = sequence));
      const asked = taken === null ? readBy : taken.map((row) => (row < 0 ? -1 : (readBy[row] ?? -1)));
      return asked.every((sequence) => sequence < 0) ? null : gatherRows(read, asked);
    },
  };
}
