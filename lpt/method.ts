// What every way of tuning a frozen masked language model has to say of itself.
import type { Scalar, Tensor1D, Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs-core';

/** One padded batch. B examples, T positions, the real ones first. */
export interface Batch {
  tokenIds: Tensor2D; // [B, T] int32
  /** 1 for a real token, 0 for padding. */
  attentionMask: Tensor2D; // [B, T] float32
  /** Where `<mask>` stands in each example, before any prompt is put in front. */
  maskPosition: Tensor1D; // [B] int32
  /** Vocabulary id of the right label word. */
  target: Tensor1D; // [B] int32
  /** Output of layer `method.inputLayer`, when the method starts there: H_k [B, T, D]. */
  hidden?: Tensor3D;
}

export interface TrainedVariable {
  name: string;
  variable: Variable;
  /** False for biases and LayerNorm: weight decay leaves them alone. */
  decays: boolean;
}

export interface Method {
  /** k: the method reads the output of layer k from `batch.hidden`. Null: it starts from token ids. */
  readonly inputLayer: number | null;
  readonly trained: TrainedVariable[];
  /** Mean cross-entropy over the whole vocabulary, differentiable in `trained`. `dropoutSeed` changes every step. */
  loss(batch: Batch, dropoutSeed: number): Scalar;
  /** Scores of the given vocabulary ids at the mask, without dropout: [B, C]. */
  scores(batch: Batch, labelWordIds: Tensor1D): Tensor2D;
  dispose(): void;
}
