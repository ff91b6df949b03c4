// Pure: sums and means over seeds, the best of what is known, and how long the rest may take.

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** The upper one of two in the middle; null of none. */
export function upperMedian(values: readonly number[]): number | null {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? null;
}

/** @throws RangeError for an empty list: its mean would be a made-up number */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('Expected at least one value to average, found none.');
  return sum(values) / values.length;
}

/** Of a sample (n − 1 in the denominator); null for fewer than two values. */
export function standardDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const centre = mean(values);
  return Math.sqrt(sum(values.map((value) => (value - centre) ** 2)) / (values.length - 1));
}

/** Highest dev mean; of equals the one over more seeds, then the earlier. Test scores take no part. */
export function bestOnDev<Row extends { devMean: number; n: number }>(rows: readonly Row[]): Row | null {
  return rows.reduce<Row | null>((best, row) => (best === null || isBetter(row, best) ? row : best), null);
}

function isBetter(row: { devMean: number; n: number }, than: { devMean: number; n: number }): boolean {
  return row.devMean > than.devMean || (row.devMean === than.devMean && row.n > than.n);
}

export interface FinishedWork {
  flops: number;
  seconds: number;
}

/**
 * Remaining arithmetic at the speed of the trials that finished last.
 * @param lanes trials that really run side by side
 * @returns null while nothing has finished
 */
export function secondsLeft(remainingFlops: number, finished: readonly FinishedWork[], lanes = 1): number | null {
  if (remainingFlops === 0) return 0;
  const flops = sum(finished.map((work) => work.flops));
  const seconds = sum(finished.map((work) => work.seconds));
  return flops > 0 && seconds > 0 ? ((remainingFlops / flops) * seconds) / Math.max(1, lanes) : null;
}
