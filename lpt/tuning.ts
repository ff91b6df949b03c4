// What one way of tuning says of itself: what it trains, and what it does to the input, to a layer, to the head. The
// walk through the layers is written once, in walk.ts.
import type { Scalar, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Backbone } from './backbone.ts';
import type { LayerChanges } from './layer-changes.ts';
import type { Batch } from './batch.ts';
import type { TrainedVariable } from './trained.ts';
import type { DropoutSeed } from './random.ts';

/** What a method is made from. */
export interface Start {
  /** Frozen: no method changes its tensors. It must outlive the method. */
  backbone: Backbone;
  /** Decides the initial values, and nothing else does. */
  trainSeed: number;
  /** How many labels the task has. */
  labels: number;
  /** Vocabulary ids of whole words, for prompts that start from the vocabulary. */
  ordinaryWordIds?: readonly number[];
}

/** One forward pass. */
export interface Pass {
  batch: Batch;
  /** Null in scoring: nothing is dropped. */
  dropoutSeed: DropoutSeed | null;
}

/** The text's own positions in the output of a layer; prompts that joined before are left aside. */
export interface Text {
  hidden: Tensor3D; // [B, T, D]
  /** Positions that are no padding, of each text. */
  lengths: readonly number[];
  /** In a decoder, the last position before the label word. */
  maskPosition: Tensor1D; // [B] int32
}

/** P for each example: [B, p, D]. */
export type PromptMaker = (text: Text, pass: Pass) => Tensor3D;

/** What stands in the place of the backbone's head. `maskVectors`: [B, D]. */
export interface TunedHead {
  loss(maskVectors: Tensor2D, batch: Batch): Scalar;
  scores(maskVectors: Tensor2D, labelWordIds: Tensor1D): Tensor2D; // [B, C]
}

export interface Tuning {
  readonly trained: TrainedVariable[];
  /** k: everything up to H_k is as in the backbone, and the walk starts there. */
  readonly firstTouchedLayer: number;
  /** Layers whose output the batch must hold: k, and what else is read. None: the walk starts from token ids. */
  readonly inputLayers: readonly number[];
  /** The backbone with variables in the place of the weights that are trained. */
  readonly backbone?: Backbone;
  /** Every weight of `backbone` is a variable. */
  readonly trainsAll?: true;
  /** Layer → what makes the prompt that joins its output. */
  readonly prompts?: ReadonlyMap<number, PromptMaker>;
  /** What changes inside the layer that makes H_{layer + 1} of H_layer; null: nothing. */
  changes?(layer: number, pass: Pass): LayerChanges | null;
  readonly head?: TunedHead;
}
