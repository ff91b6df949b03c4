// Movie reviews, one sentence each (Pang & Lee 2005).
import type { TaskDefinition } from './definition.ts';

export const mr: TaskDefinition = {
  name: 'mr',
  template: '{sentence} . It was <mask> .',
  labelWords: { 0: 'terrible', 1: 'great' },
  metric: 'accuracy',
  fields: ['sentence'],
};
