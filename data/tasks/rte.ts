// Recognising textual entailment (Dagan et al. 2006 and later), as in GLUE.
import type { TaskDefinition } from './definition.ts';

export const rte: TaskDefinition = {
  name: 'rte',
  template: '{sentence1} ? <mask> , {sentence2}',
  decoderTemplate: '{sentence1} ? {sentence2} . Answer: <mask>',
  labelWords: { entailment: 'Yes', not_entailment: 'No' },
  metric: 'accuracy',
  fields: ['sentence1', 'sentence2'],
};
