// No generator: the prompt itself is trained, one [p, D] table for all examples. It starts from N(0, 1), or from the
// embeddings of words drawn by the training seed (Lester et al. 2021, arXiv 2104.08691, section 3.2).
import { broadcastTo, expandDims, gather, sum, tidy, variable } from '@tensorflow/tfjs-core';
import type { Rank, Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs-core';
import { uniforms } from '../random.ts';
import { step } from '../steps/step.ts';
import { normalVariable } from '../trained.ts';
import type { Start } from '../tuning.ts';
import type { PromptGenerator } from './generator.ts';

export interface TableSettings {
  promptLength: number;
  initialisation: 'normal' | 'vocabulary';
  prefix: string;
}

export function createTable({ promptLength, initialisation, prefix }: TableSettings, start: Start): PromptGenerator {
  const name = `${prefix}prompt`;
  const table = initialisation === 'normal' ? normalTable(name, promptLength, start) : words(name, promptLength, start);
  return {
    trained: [{ name, variable: table, decays: true }],
    prompt: ({ hidden }) => repeated(table, hidden.shape[0]),
  };
}

/** The same table for each of B examples. */
function repeated(table: Variable<Rank.R2>, batch: number): Tensor3D {
  const [length, width] = table.shape;
  return step({
    flowing: [table],
    forward: () => ({ output: broadcastTo<Rank.R3>(expandDims(table, 0), [batch, length, width]), kept: {} }), // [B, p, D]
    backward: (gradient: Tensor3D) => [() => sum(gradient, 0)], // [p, D]
  });
}

function normalTable(name: string, length: number, { backbone, trainSeed }: Start): Variable<Rank.R2> {
  return normalVariable<Rank.R2>({ name, shape: [length, backbone.config.hiddenSize], trainSeed });
}

function words(name: string, length: number, { backbone, trainSeed, ordinaryWordIds = [] }: Start): Variable<Rank.R2> {
  if (ordinaryWordIds.length === 0) {
    throw new RangeError('Expected the ids of ordinary words to start a prompt from, found none.');
  }
  const drawn = Array.from(uniforms({ seed: trainSeed, name: `${name}.words` }, length), (number) => {
    return ordinaryWordIds[Math.floor(number * ordinaryWordIds.length)] ?? 0;
  });
  return tidy(() => variable(gather<Tensor2D>(backbone.weights.embeddings.word, drawn)));
}
