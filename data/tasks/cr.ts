// Customer reviews of products (Hu & Liu 2004).
import type { TaskDefinition } from './definition.ts';

export const cr: TaskDefinition = {
  name: 'cr',
  template: '{sentence} . It was <mask> .',
  labelWords: { 0: 'terrible', 1: 'great' },
  metric: 'accuracy',
  fields: ['sentence'],
};
