// Which sequences go through a layer as one batch: as few batches as pay, each of sequences of like length, for what is
// padded is computed for nothing.

/**
 * What one more batch costs, in positions times the square of the hidden size: the time of a layer's kernel calls, forward and
 * backward, by that of its products. Reckoned from some 0.2 ms a call and 300 GFLOP/s on two threads; not measured as such.
 */
const BATCH_COST = 8e6;

/**
 * Indices of the sequences in groups, shortest first, that cost least in all.
 * @param width D
 */
export function groupsByLength(lengths: readonly number[], width: number): number[][] {
  const order = lengths.map((_, index) => index).sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b);
  const cuts = cheapestCuts(
    order.map((index) => lengths[index] ?? 0),
    BATCH_COST / width ** 2,
  );
  return cuts.slice(1).map((end, group) => order.slice(cuts[group], end));
}

/** @param ascending lengths; @returns where groups begin, 0 first, and where the last one ends */
function cheapestCuts(ascending: readonly number[], batchCost: number): number[] {
  const best = [{ cost: 0, from: 0 }];
  for (let end = 1; end <= ascending.length; end += 1) {
    const longest = ascending[end - 1] ?? 0;
    const options = best.map(({ cost }, from) => ({ cost: cost + batchCost + (end - from) * longest, from }));
    best.push(options.reduce((one, other) => (other.cost < one.cost ? other : one)));
  }
  const cuts = [ascending.length];
  while ((cuts[0] ?? 0) > 0) cuts.unshift(best[cuts[0] ?? 0]?.from ?? 0);
  return cuts;
}
