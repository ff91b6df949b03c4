// Texts that go through the model at once.
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';

/** A text of a batch. */
export interface BatchText {
  /** Real positions. */
  length: number;
  maskPosition: number;
}

/** One padded batch. B examples, T positions, the real ones first. */
export interface Batch {
  /** Known without asking the device. */
  texts: readonly BatchText[];
  tokenIds: Tensor2D; // [B, T] int32
  /** Where `<mask>` stands in each example, before any prompt is put in front. */
  maskPosition: Tensor1D; // [B] int32
  /** Vocabulary id of the right label word. */
  target: Tensor1D; // [B] int32
  /** Index of the right label. */
  label: Tensor1D; // [B] int32
  /** Layer k → its output H_k [B, T, D], for each of `method.inputLayers`; of the last layer what is read of it, [B, V, D]. */
  hidden?: Record<number, Tensor3D>;
}
