// Microsoft research paraphrase corpus (Dolan & Brockett 2005), as in GLUE.
import type { TaskDefinition } from './definition.ts';

export const mrpc: TaskDefinition = {
  name: 'mrpc',
  template: '{sentence1} ? <mask> , {sentence2}',
  decoderTemplate: '{sentence1} ? {sentence2} . Answer: <mask>',
  labelWords: { 0: 'No', 1: 'Yes' },
  metric: 'accuracy-f1',
  fields: ['sentence1', 'sentence2'],
};
