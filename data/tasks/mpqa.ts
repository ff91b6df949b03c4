// Opinion polarity of phrases (Wiebe et al. 2005).
import type { TaskDefinition } from './definition.ts';

export const mpqa: TaskDefinition = {
  name: 'mpqa',
  template: '{sentence} . It was <mask> .',
  labelWords: { 0: 'terrible', 1: 'great' },
  metric: 'accuracy',
  fields: ['sentence'],
};
