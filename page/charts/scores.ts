// The scores that an axis spans.

/** For an axis: the percentages that the scores span, with some room. */
export function domainOf(scores: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  // There may be more scores than a function takes arguments.
  for (const score of scores) [low, high] = [Math.min(low, score), Math.max(high, score)];
  const room = Math.max(0.005, (high - low) * 0.06);
  return [100 * Math.max(-1, low - room), 100 * Math.min(1, high + room)];
}
