// The pooling prompt generators, mppg by maximum and appg by average: P = W₂ relu(pool_p(W₁ H_k + b₁)) + b₂, the pooling
// over the text's real tokens alone.
import type { Tensor3D } from '@tensorflow/tfjs-core';
import { dropoutStep } from '../steps/dropout.ts';
import { reluStep } from '../steps/elementwise.ts';
import { linearStep } from '../steps/linear.ts';
import { poolStep, type PoolBy } from '../steps/pool.ts';
import { rowsStep, sequencesStep } from '../steps/rearrange.ts';
import { trainedLinear } from '../trained.ts';
import type { GeneratorSettings, PromptGenerator } from './generator.ts';

export function createPooled(by: PoolBy, settings: GeneratorSettings): PromptGenerator {
  const { promptLength, hiddenSize, bottleneck, dropout, trainSeed, prefix } = settings;
  const down = trainedLinear(`${prefix}generator.down`, { inputs: hiddenSize, outputs: bottleneck, trainSeed }); // [m, D]
  const up = trainedLinear(`${prefix}generator.up`, { inputs: bottleneck, outputs: hiddenSize, trainSeed }); // [D, m]
  return {
    trained: [...down.trained, ...up.trained],
    prompt: ({ hidden, lengths }, seed): Tensor3D => {
      const batch = hidden.shape[0];
      const narrow = sequencesStep(linearStep(rowsStep(hidden), down.linear), batch); // [B, T, m]
      const pooled = reluStep(rowsStep(poolStep(narrow, { lengths, bins: promptLength, by }))); // [B·p, m]
      const generated = linearStep(pooled, up.linear); // [B·p, D]
      return sequencesStep(dropoutStep(generated, { seed, rate: dropout, name: `${prefix}dropout` }), batch); // [B, p, D]
    },
  };
}
