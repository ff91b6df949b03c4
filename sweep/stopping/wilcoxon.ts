// Pure: Wilcoxon's signed-rank test (1945), one-sided and exact.

/**
 * How probable it is that the positive differences have as small a sum of ranks as found, were each sign a coin's. Equal sizes
 * share their mean rank; differences of zero are left out, and without any other the answer is 1.
 */
export function signedRankP(differences: readonly number[]): number {
  const nonZero = differences.filter((difference) => difference !== 0);
  const ranks = doubledRanks(nonZero.map(Math.abs));
  const positive = ranks.reduce((sum, rank, index) => sum + ((nonZero[index] ?? 0) > 0 ? rank : 0), 0);
  const ways = countSums(ranks);
  const asSmall = ways.slice(0, positive + 1).reduce((sum, count) => sum + count, 0);
  return asSmall / 2 ** ranks.length;
}

/** Twice the rank, so that a mean rank is a whole number too. */
function doubledRanks(sizes: readonly number[]): number[] {
  return sizes.map((size) => {
    const below = sizes.filter((other) => other < size).length;
    const equal = sizes.filter((other) => other === size).length;
    return 2 * below + equal + 1;
  });
}

/** How many of the 2ⁿ choices of ranks have each sum. */
function countSums(ranks: readonly number[]): number[] {
  const largest = ranks.reduce((sum, rank) => sum + rank, 0);
  const ways = Array<number>(largest + 1).fill(0);
  ways[0] = 1;
  for (const rank of ranks)
    for (let sum = largest; sum >= rank; sum -= 1) ways[sum] = (ways[sum] ?? 0) + (ways[sum - rank] ?? 0);
  return ways;
}
