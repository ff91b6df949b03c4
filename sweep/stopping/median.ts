// Pure: the median rule (Golovin et al., Google Vizier, KDD 2017, section 3.2): a trial whose best score so far is below the
// median of what the others had by the same step is stopped.
import { hasSeedsOf, type MedianSettings, type Moment, type StopReason, written } from './rule.ts';

export function judgeByMedian({ leastTrials }: MedianSettings, { step, own, peers }: Moment): StopReason | null {
  const others = peers.filter(hasSeedsOf(own));
  if (others.length < leastTrials) return null;
  const threshold = median(others.map(({ best }) => best));
  if (own.best >= threshold) return null;
  const words = `Its best dev score by step ${step} was ${written(own.best)}, below ${written(threshold)}, the median of ${others.length} trials with the same seeds.`;
  const comparedWith = others.map(({ position }) => position);
  return { rule: 'median', step, score: own.best, threshold, comparedWith, words };
}

/** Of an even number the mean of the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) throw new RangeError('Expected at least one value, found none.');
  return (low + high) / 2;
}
