// What makes the prompt: a table that is the same for every example, or a small network that reads the text.
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { Architecture } from '../../sweep/backbone-config.ts';
import type { TrainedVariable } from '../trained.ts';
import type { DropoutSeed } from '../random.ts';
import type { Text } from '../tuning.ts';

export interface PromptGenerator {
  readonly trained: TrainedVariable[];
  /** P for each example, [B, p, D]. With a dropout seed as in training, with null as in scoring. */
  prompt(text: Text, dropoutSeed: DropoutSeed | null): Tensor3D;
}

/** What every small network that makes prompts is told. */
export interface GeneratorSettings {
  promptLength: number;
  hiddenSize: number;
  /** m. */
  bottleneck: number;
  /** Rate at which numbers of the generated prompt are dropped in training. */
  dropout: number;
  trainSeed: number;
  /** In front of the variables' names: empty, or the layer where several have a generator. */
  prefix: string;
  /** Tells which vector stands for the text. */
  architecture: Architecture;
}
