// Pure: means over seeds, the best of what is known, and how long the rest may take.

/** @throws RangeError for an empty list: its mean would be a made-up number */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('Expected at least one value to average, found none.');
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample (n − 1 in the denominator); null for fewer than two values. */
export function standardDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
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
  const flops = finished.reduce((sum, work) => sum + work.flops, 0);
  const seconds = finished.reduce((sum, work) => sum + work.seconds, 0);
  return flops > 0 && seconds > 0 ? ((remainingFlops / flops) * seconds) / Math.max(1, lanes) : null;
}
