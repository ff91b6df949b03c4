// What training asks of every way of tuning a frozen masked language model. (What each way says of itself: tuning.ts.)
import type { Scalar, Tensor1D, Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs-core';
import type { WalkingTuning } from './seats.ts';
import type { DropoutSeed } from './random.ts';

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
  /** Layer k → its output H_k [B, T, D], for each of `method.inputLayers`. */
  hidden?: Record<number, Tensor3D>;
}

export interface TrainedVariable {
  name: string;
  variable: Variable;
  /** False for biases and LayerNorm: weight decay leaves them alone. */
  decays: boolean;
}

export interface Method {
  /** Layers whose output is read from `batch.hidden`, ascending. None: the method starts from token ids. */
  readonly inputLayers: readonly number[];
  readonly trained: TrainedVariable[];
  /** Mean cross-entropy, differentiable in `trained`. `dropoutSeed` changes every step. */
  loss(batch: Batch, dropoutSeed: DropoutSeed): Scalar;
  /** Scores of the labels, whose words are given, without dropout: [B, C]. */
  scores(batch: Batch, labelWordIds: Tensor1D): Tensor2D;
  /** How it rides in a joint step; null: it trains alone. */
  readonly joint: WalkingTuning | null;
  dispose(): void;
}
