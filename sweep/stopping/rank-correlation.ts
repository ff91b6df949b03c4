// Pure: Spearman's rank correlation: how well one order predicts another.
import { mean } from '../statistics.ts';
import { midranks } from '../statistics/ranks.ts';

/** Pearson's correlation of the ranks, equal values sharing their mean rank; null where either has one value only. */
export function rankCorrelation(pairs: readonly (readonly [number, number])[]): number | null {
  const ones = midranks(pairs.map(([one]) => one));
  const others = midranks(pairs.map(([, other]) => other));
  if (new Set(ones).size < 2 || new Set(others).size < 2) return null;
  const centre = mean(ones);
  const product = (left: readonly number[], right: readonly number[]): number =>
    left.reduce((sum, rank, index) => sum + (rank - centre) * ((right[index] ?? 0) - centre), 0);
  return product(ones, others) / Math.sqrt(product(ones, ones) * product(others, others));
}
