// Pure: tails and quantiles of the distributions that the tests read.
import library from 'jstat';

const { studentt, normal } = library.jStat;

/** Two-sided probability of a t at least as far from 0. */
export function studentTails(t: number, degrees: number): number {
  return Math.min(1, 2 * studentt.cdf(-Math.abs(t), degrees));
}

/** How many standard errors an interval of this confidence reaches to each side of a mean. */
export function studentReach(confidence: number, degrees: number): number {
  return studentt.inv((1 + confidence) / 2, degrees);
}

export function normalTails(z: number): number {
  return Math.min(1, 2 * normal.cdf(-Math.abs(z), 0, 1));
}

/** Two-sided probability of a count at least as uneven, of fair coins: term by term, as jstat rounds to ten digits. */
export function fairCoinTails(heads: number, tails: number): number {
  const tosses = heads + tails;
  let logTerm = -tosses * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let count = 1; count <= Math.min(heads, tails); count += 1) {
    logTerm += Math.log((tosses - count + 1) / count);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}
