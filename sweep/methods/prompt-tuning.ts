// Pure: prompt tuning (Lester et al. 2021, arXiv 2104.08691): a trained prompt in front of the first layer.
import { type MethodDescriptor, SHARED } from './descriptor.ts';

export interface PromptTuningSettings {
  method: 'prompt-tuning';
  promptLength: number;
  initialisation: 'normal' | 'vocabulary';
}

export const promptTuning: MethodDescriptor<PromptTuningSettings, Omit<PromptTuningSettings, 'method'>> = {
  name: 'prompt-tuning',
  settings: { promptLength: { ...SHARED.promptLength, usual: [20] }, initialisation: SHARED.initialisation },
  // A table from N(0, 1) moves by one rate a step: it takes a far larger one than a network's weights.
  usual: { learningRate: 3e-2 },
  passes: 2,
  firstTouchedLayer: () => 0,
  inputLayers: () => [0],
  trainable: ({ promptLength }, { hiddenSize }) => promptLength * hiddenSize,
  addedPositions: ({ promptLength }) => promptLength,
  promptShape: ({ promptLength }) => ({ insertionLayer: 0, promptLength, generator: 'none' }),
};
