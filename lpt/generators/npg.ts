// The naive prompt generator: P = reshape(W₂ relu(W₁ h + b₁) + b₂, [p, D]) with h the vector of H_k that stands for the
// whole text.
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { dropoutStep } from '../steps/dropout.ts';
import { reluStep } from '../steps/elementwise.ts';
import { linearStep } from '../steps/linear.ts';
import { promptStep } from '../steps/rearrange.ts';
import { trainedLinear } from '../trained.ts';
import type { GeneratorSettings, PromptGenerator } from './generator.ts';
import { sentenceVector } from './sentence-vector.ts';

export function createNpg(settings: GeneratorSettings): PromptGenerator {
  const { promptLength, hiddenSize, bottleneck, dropout, trainSeed, prefix, architecture } = settings;
  const outputs = promptLength * hiddenSize;
  const down = trainedLinear(`${prefix}generator.down`, { inputs: hiddenSize, outputs: bottleneck, trainSeed }); // [m, D]
  const up = trainedLinear(`${prefix}generator.up`, { inputs: bottleneck, outputs, trainSeed }); // [p·D, m]
  return {
    trained: [...down.trained, ...up.trained],
    prompt: (text, seed) => {
      const bottlenecked = reluStep(linearStep(sentenceVector(architecture, text), down.linear)); // [B, m]
      const generated: Tensor2D = linearStep(bottlenecked, up.linear); // [B, p·D]
      const dropped = dropoutStep(generated, { seed, rate: dropout, name: `${prefix}dropout` });
      return promptStep(dropped, [text.hidden.shape[0], promptLength, hiddenSize]); // [B, p, D]
    },
  };
}
