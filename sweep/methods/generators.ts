// Pure: the networks that make a prompt, as settings and in numbers.
import type { Choices, Crossing } from './descriptor.ts';
import { linearSize } from './descriptor.ts';

export const GENERATORS = ['none', 'npg', 'mppg', 'appg'] as const;
export type GeneratorName = (typeof GENERATORS)[number];

export type GeneratorSettings =
  | {
      generator: 'none';
      /** What the prompt starts from: N(0, 1), or embeddings of the vocabulary. */
      initialisation: 'normal' | 'vocabulary';
    }
  | {
      generator: Exclude<GeneratorName, 'none'>;
      /** Width m inside the generator. */
      bottleneck: number;
      /** Share of the generated prompt's numbers set to zero in training. */
      dropout: number;
    };

export interface GeneratorFields {
  generator: GeneratorName;
  initialisation: 'normal' | 'vocabulary';
  bottleneck: number;
  dropout: number;
}

/** Bottleneck and dropout belong to a generator, the initialisation to a prompt without one: nothing else is crossed. */
export function generatorCrossing(generator: GeneratorName, choices: Choices<GeneratorFields>): Crossing {
  const { initialisation = [], bottleneck = [], dropout = [] } = choices;
  return generator === 'none'
    ? { generator: [generator], initialisation }
    : { generator: [generator], bottleneck, dropout };
}

/** none p·D; npg D·m + m + m·p·D + p·D; mppg and appg 2·D·m + m + D. */
export function generatorSize(
  settings: GeneratorSettings,
  { promptLength, hiddenSize }: { promptLength: number; hiddenSize: number },
): number {
  if (settings.generator === 'none') return promptLength * hiddenSize;
  const outputs = settings.generator === 'npg' ? promptLength * hiddenSize : hiddenSize;
  return linearSize(hiddenSize, settings.bottleneck) + linearSize(settings.bottleneck, outputs);
}
