// Movie-review snippets rated by twenty people each (Hutto & Gilbert 2014); the sign of the mean is the label.
import type { TaskDefinition } from './definition.ts';

export const movieReviews: TaskDefinition = {
  name: 'movie-reviews',
  template: '{sentence} . It was <mask> .',
  labelWords: { 0: 'terrible', 1: 'great' },
  metric: 'accuracy',
  fields: ['sentence'],
};
