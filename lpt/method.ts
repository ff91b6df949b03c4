// What training asks of every way of tuning a frozen masked language model. (What each way says of itself: tuning.ts.)
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Batch } from './batch.ts';
import type { DropoutSeed } from './random.ts';
import type { WalkingTuning } from './seats.ts';
import type { TrainedVariable } from './trained.ts';

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
