// What a question asks for, six classes (Voorhees & Tice 2000).
import type { TaskDefinition } from './definition.ts';

export const trec: TaskDefinition = {
  name: 'trec',
  template: '<mask> : {sentence}',
  decoderTemplate: '{sentence} Type: <mask>',
  labelWords: { 0: 'Description', 1: 'Entity', 2: 'Expression', 3: 'Human', 4: 'Location', 5: 'Number' },
  metric: 'accuracy',
  fields: ['sentence'],
};
