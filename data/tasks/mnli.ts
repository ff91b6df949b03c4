// Multi-genre natural language inference (Williams et al. 2018), as in GLUE: `test` is of the genres seen in training
// (matched), `test-mismatched` of others.
import type { TaskDefinition } from './definition.ts';

export const mnli: TaskDefinition = {
  name: 'mnli',
  template: '{sentence1} ? <mask> , {sentence2}',
  decoderTemplate: '{sentence1} ? {sentence2} . Answer: <mask>',
  labelWords: { contradiction: 'No', entailment: 'Yes', neutral: 'Maybe' },
  metric: 'accuracy',
  fields: ['sentence1', 'sentence2'],
};
