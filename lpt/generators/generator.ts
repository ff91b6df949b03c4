// What makes the prompt: a table that is the same for every example, or a small network that reads H_k.
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { TrainedVariable } from '../method.ts';
import type { Text } from '../summary-position.ts';

export interface PromptGenerator {
  readonly trained: TrainedVariable[];
  /** P for each example, [B, p, D]. With a dropout seed as in training, with null as in scoring. */
  prompt(text: Text, dropoutSeed: number | null): Tensor3D;
}
