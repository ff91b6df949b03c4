// CommitmentBank: does a text commit its author to a clause of it (de Marneffe et al. 2019), as in SuperGLUE. LM-BFF leaves
// the task out; template and label words are those of PET (Schick & Schütze 2021, "It's Not Just Size That Matters",
// section 3.1).
import type { TaskDefinition } from './definition.ts';

export const cb: TaskDefinition = {
  name: 'cb',
  template: '{hypothesis} ? <mask> , {premise}',
  decoderTemplate: '{premise} {hypothesis} ? Answer: <mask>',
  labelWords: { contradiction: 'No', entailment: 'Yes', neutral: 'Maybe' },
  metric: 'accuracy',
  fields: ['premise', 'hypothesis'],
};
