// Pure: Wilcoxon's signed ranks (1945) and the sums that they can have. Ranks are doubled, so that shared ones are whole.
import { sum } from '../statistics.ts';
import { midranks } from './ranks.ts';

export interface SignedRanks {
  /** Of the differences that are not zero, by their sizes. */
  ranks: number[];
  /** Sum over the positive differences. */
  positive: number;
}

export function signedRanks(differences: readonly number[]): SignedRanks {
  const moved = differences.map(rounded).filter((difference) => difference !== 0);
  const ranks = midranks(moved.map(Math.abs)).map((rank) => Math.round(2 * rank));
  return { ranks, positive: sum(ranks.filter((_, index) => (moved[index] ?? 0) > 0)) };
}

/** Differences that only binary fractions make are none, and are of one size with their like. */
function rounded(difference: number): number {
  return Number(difference.toFixed(12));
}

/** How probable a sum of at most `limit` is, were each sign a coin's: all choices of signs counted. */
export function chanceOfAtMost(limit: number, ranks: readonly number[]): number {
  const largest = sum(ranks);
  const ways = new Float64Array(largest + 1);
  ways[0] = 1;
  for (const rank of ranks)
    for (let to = largest; to >= rank; to -= 1) ways[to] = (ways[to] ?? 0) + (ways[to - rank] ?? 0);
  return sum(ways.subarray(0, limit + 1)) / 2 ** ranks.length;
}
