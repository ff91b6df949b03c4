// Pure: Wilcoxon's signed-rank test (1945), one-sided and exact.
import { chanceOfAtMost, signedRanks } from '../statistics/signed-ranks.ts';

/**
 * How probable it is that the positive differences have as small a sum of ranks as found, were each sign a coin's. Equal sizes
 * share their mean rank; differences of zero are left out, and without any other the answer is 1.
 */
export function signedRankP(differences: readonly number[]): number {
  const { ranks, positive } = signedRanks(differences);
  return chanceOfAtMost(positive, ranks);
}
