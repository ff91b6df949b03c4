// Subjective or objective sentences (Pang & Lee 2004).
import type { TaskDefinition } from './definition.ts';

export const subj: TaskDefinition = {
  name: 'subj',
  template: '{sentence} . It was <mask> .',
  labelWords: { 0: 'subjective', 1: 'objective' },
  metric: 'accuracy',
  fields: ['sentence'],
};
