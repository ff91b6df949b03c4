import { describe, expect, test } from 'vitest';
import { splitReviews } from '../../../runtime/install/movie-reviews.mjs';

const SOURCE = [
  '1\t2.3\tA  fine\tfilm .',
  '2\t-1.5\tDull .',
  '3\t0.4\tNeither here nor there .',
  '4\t1.0\tSaid twice .',
  '5\t-1.0\tsaid TWICE .',
  '6\t3.1\tSplendid .',
  '7\t-0.5\tJust bad enough .',
  'broken line',
  '',
].join('\r\n');

describe('the movie reviews', () => {
  test('near-zero ratings, twins and broken lines are left out, and tabs never reach a sentence', () => {
    const { train, test: held } = splitReviews(SOURCE, 1);
    expect(train).toHaveLength(3);
    expect(held).toHaveLength(1);
    const labels = Object.fromEntries([...train, ...held].map(({ sentence, label }) => [sentence, label]));
    expect(labels).toEqual({ 'A fine film .': 1, 'Dull .': 0, 'Splendid .': 1, 'Just bad enough .': 0 });
  });

  test('the split depends on the sentences alone', () => {
    const reversed = SOURCE.split('\r\n').toReversed().join('\n');
    expect(splitReviews(reversed, 2).test.toReversed()).toEqual(splitReviews(SOURCE, 2).test);
  });
});
