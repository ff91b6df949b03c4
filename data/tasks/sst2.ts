// Stanford Sentiment Treebank, two classes (Socher et al. 2013), as in GLUE.
import type { TaskDefinition } from './definition.ts';

export const sst2: TaskDefinition = {
  name: 'sst2',
  template: '{sentence} . It was <mask> .',
  labelWords: { 0: 'terrible', 1: 'great' },
  metric: 'accuracy',
  fields: ['sentence'],
};
