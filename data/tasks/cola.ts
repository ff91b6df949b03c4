// Corpus of linguistic acceptability (Warstadt et al. 2019), as in GLUE. Template and label words are those of LM-BFF
// (Gao et al. 2021, table 1).
import type { TaskDefinition } from './definition.ts';

export const cola: TaskDefinition = {
  name: 'cola',
  template: '{sentence} This is <mask> .',
  labelWords: { 0: 'incorrect', 1: 'correct' },
  metric: 'matthews',
  fields: ['sentence'],
};
