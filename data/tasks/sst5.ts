// Stanford Sentiment Treebank, five classes from very negative to very positive (Socher et al. 2013). Template and label
// words are those of LM-BFF (Gao et al. 2021, table 1).
import type { TaskDefinition } from './definition.ts';

export const sst5: TaskDefinition = {
  name: 'sst5',
  template: '{sentence} It was <mask> .',
  labelWords: { 0: 'terrible', 1: 'bad', 2: 'okay', 3: 'good', 4: 'great' },
  metric: 'accuracy',
  fields: ['sentence'],
};
