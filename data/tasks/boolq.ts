// Yes-or-no questions about a passage (Clark et al. 2019), as in SuperGLUE. LM-BFF leaves the task out; template and label
// words are those of PET (Schick & Schütze 2021, "It's Not Just Size That Matters", section 3.1).
import type { TaskDefinition } from './definition.ts';

export const boolq: TaskDefinition = {
  name: 'boolq',
  template: '{passage} . Question : {question} ? Answer : <mask> .',
  labelWords: { false: 'No', true: 'Yes' },
  metric: 'accuracy',
  fields: ['passage', 'question'],
};
