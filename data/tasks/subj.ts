// Subjective or objective sentences (Pang & Lee 2004), in LM-BFF's numbering (Gao et al. 2021): 0 is subjective, 1 objective.
// The Hub's SetFit/subj has it the other way round: a sweep file that takes it gives its own `labelWords`.
import type { TaskDefinition } from './definition.ts';

export const subj: TaskDefinition = {
  name: 'subj',
  template: '{sentence} . It was <mask> .',
  labelWords: { 0: 'subjective', 1: 'objective' },
  metric: 'accuracy',
  fields: ['sentence'],
};
