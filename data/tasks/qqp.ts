// Quora question pairs, as in GLUE.
import type { TaskDefinition } from './definition.ts';

export const qqp: TaskDefinition = {
  name: 'qqp',
  template: '{sentence1} <mask> , {sentence2}',
  decoderTemplate: '{sentence1} {sentence2} Same question: <mask>',
  labelWords: { 0: 'No', 1: 'Yes' },
  metric: 'accuracy-f1',
  fields: ['sentence1', 'sentence2'],
};
