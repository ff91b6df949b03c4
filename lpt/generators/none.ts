// No generator: the prompt itself is trained, one [p, D] table for all examples, from N(0, 1).
import { broadcastTo, expandDims, sum, type Rank } from '@tensorflow/tfjs-core';
import { withOwnGradient } from '../own-gradient.ts';
import { normalVariable } from '../trained.ts';
import type { PromptGenerator } from './generator.ts';

export interface TableSettings {
  promptLength: number;
  hiddenSize: number;
  trainSeed: number;
}

export function createTable({ promptLength, hiddenSize, trainSeed }: TableSettings): PromptGenerator {
  const table = normalVariable<Rank.R2>({ name: 'prompt', shape: [promptLength, hiddenSize], trainSeed });
  return {
    trained: [{ name: 'prompt', variable: table, decays: true }],
    prompt: ({ hidden }) =>
      withOwnGradient({
        inputs: [table],
        forward: () => {
          const shape: [number, number, number] = [hidden.shape[0], promptLength, hiddenSize];
          return { output: broadcastTo<Rank.R3>(expandDims(table, 0), shape), kept: {} }; // [B, p, D]
        },
        backward: (gradient) => [sum(gradient, 0)], // [p, D]
      }),
  };
}
