// What a method may do inside a layer, whatever kind of layer it is. A frozen layer with changes runs in its composed form.
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { DropoutSeed, RowPlaces } from './random.ts';

export const LINEAR_MAPS = ['query', 'key', 'value', 'attentionOutput', 'intermediate', 'output'] as const;
export type LinearMap = (typeof LINEAR_MAPS)[number];

/** Keys and values that answer beside the layer's own, in front of position 0, the same for every example. */
export interface Prefix {
  key: Tensor2D; // [P, D]
  value: Tensor2D; // [P, D]
  /** What those of each example are multiplied with; null: nothing is dropped. */
  masks: { key: Tensor2D; value: Tensor2D } | null; // [B·P, D]
}

/** Differentiable rows to rows. What it drops goes by the places of the rows in a padded batch. */
export type RowChange = (rows: Tensor2D, places: RowPlaces) => Tensor2D;

/** Without any of them the layer computes what it always does, but each of its weights is frozen or trained for itself. */
export interface LayerChanges {
  prefix?: Prefix;
  /** Added to what a linear map makes of the same rows: [N, in] to [N, out]. */
  deltas?: Partial<Record<LinearMap, RowChange>>;
  /** Takes the place of the attention's output before the residual: [N, D] to [N, D]. */
  afterAttention?: RowChange;
  /** Takes the place of the feed-forward's output before the residual: [N, D] to [N, D]. */
  afterFeedForward?: RowChange;
}

/** The backbone's own dropout, run in training where `frozenDropout` asks for it. */
export interface LayerDropout {
  seed: DropoutSeed;
  /** Index of the layer: it names the streams. */
  layer: number;
  /** Behind the linear maps that end a branch. */
  rates: { attentionOutput: number; output: number };
  /** Of the attention's probabilities. */
  attentionRate: number;
}
