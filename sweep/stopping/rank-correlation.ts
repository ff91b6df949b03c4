// Pure: Spearman's rank correlation: how well one order predicts another.
import { mean } from '../statistics.ts';

/** Pearson's correlation of the ranks, equal values sharing their mean rank; null where either has one value only. */
export function rankCorrelation(pairs: readonly (readonly [number, number])[]): number | null {
  const ones = ranks(pairs.map(([one]) => one));
  const others = ranks(pairs.map(([, other]) => other));
  if (new Set(ones).size < 2 || new Set(others).size < 2) return null;
  const centre = mean(ones);
  const product = (left: readonly number[], right: readonly number[]): number =>
    left.reduce((sum, rank, index) => sum + (rank - centre) * ((right[index] ?? 0) - centre), 0);
  return product(ones, others) / Math.sqrt(product(ones, ones) * product(others, others));
}

function ranks(values: readonly number[]): number[] {
  const sorted = values.toSorted((one, other) => one - other);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
}
