// Stanford natural language inference (Bowman et al. 2015). Template and label words are those of LM-BFF (Gao et al. 2021,
// table 1).
import type { TaskDefinition } from './definition.ts';

export const snli: TaskDefinition = {
  name: 'snli',
  template: '{sentence1} ? <mask> , {sentence2}',
  decoderTemplate: '{sentence1} ? {sentence2} . Answer: <mask>',
  labelWords: { contradiction: 'No', entailment: 'Yes', neutral: 'Maybe' },
  // On the Hub, and in the original files.
  unlabelled: ['-1', '-'],
  metric: 'accuracy',
  fields: ['sentence1', 'sentence2'],
};
