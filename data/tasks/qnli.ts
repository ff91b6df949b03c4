// Does the sentence answer the question (Rajpurkar et al. 2016), as in GLUE.
import type { TaskDefinition } from './definition.ts';

export const qnli: TaskDefinition = {
  name: 'qnli',
  template: '{sentence1} ? <mask> , {sentence2}',
  decoderTemplate: '{sentence1} ? {sentence2} . Answer: <mask>',
  labelWords: { entailment: 'Yes', not_entailment: 'No' },
  metric: 'accuracy',
  fields: ['sentence1', 'sentence2'],
};
