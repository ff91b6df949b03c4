// What a question asks for, six classes (Voorhees & Tice 2000), in LM-BFF's numbering (Gao et al. 2021): 0 a description, 1 an
// entity, 2 an abbreviation, 3 a human, 4 a location, 5 a number. The Hub's CogComp/trec has others (`coarse_label`: 0 ABBR,
// 1 ENTY, 2 DESC, 3 HUM, 4 LOC, 5 NUM): a sweep file that takes it gives its own `labelWords`.
import type { TaskDefinition } from './definition.ts';

export const trec: TaskDefinition = {
  name: 'trec',
  template: '<mask> : {sentence}',
  decoderTemplate: '{sentence} Type: <mask>',
  labelWords: { 0: 'Description', 1: 'Entity', 2: 'Expression', 3: 'Human', 4: 'Location', 5: 'Number' },
  metric: 'accuracy',
  fields: ['sentence'],
};
