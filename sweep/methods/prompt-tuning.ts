// Pure: prompt tuning (Lester et al. 2021, arXiv 2104.08691): a trained prompt in front of the first layer.
import { type MethodDescriptor, SHARED, USUAL_OF_TABLE } from './descriptor.ts';

export interface PromptTuningSettings {
  method: 'prompt-tuning';
  promptLength: number;
  initialisation: 'normal' | 'vocabulary';
}

export const promptTuning: MethodDescriptor<PromptTuningSettings, Omit<PromptTuningSettings, 'method'>> = {
  name: 'prompt-tuning',
  settings: { promptLength: { ...SHARED.promptLength, usual: [20] }, initialisation: SHARED.initialisation },
  usual: () => USUAL_OF_TABLE,
  passes: 2,
  firstTouchedLayer: () => 0,
  inputLayers: () => [0],
  trainable: ({ promptLength }, { hiddenSize }) => promptLength * hiddenSize,
  addedPositions: ({ promptLength }) => promptLength,
  promptShape: ({ promptLength }) => ({ insertionLayer: 0, promptLength, generator: 'none' }),
};
