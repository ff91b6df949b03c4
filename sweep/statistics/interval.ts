// Pure: how far a mean is known: Student's interval, and the bootstrap's percentiles.
import { mean, standardDeviation } from '../statistics.ts';
import { studentReach } from './distributions.ts';

export interface Interval {
  low: number;
  high: number;
}

export const CONFIDENCE = 0.95;
const RESAMPLES = 10_000;
const SEED = 20_221_207;

/** Student's; null for fewer than two values. */
export function meanInterval(values: readonly number[]): Interval | null {
  const sd = standardDeviation(values);
  if (sd === null) return null;
  const reach = (studentReach(CONFIDENCE, values.length - 1) * sd) / Math.sqrt(values.length);
  const centre = mean(values);
  return { low: centre - reach, high: centre + reach };
}

/**
 * Of the mean, by percentiles over resamples drawn within each stratum (Efron 1979). The draws are seeded: the same
 * values give the same interval.
 * @returns null where no stratum has two values
 */
export function bootstrapInterval(strata: readonly (readonly number[])[], resamples = RESAMPLES): Interval | null {
  const drawn = strata.filter((stratum) => stratum.length > 0);
  if (drawn.every((stratum) => stratum.length < 2)) return null;
  const random = seededRandom(SEED);
  const count = drawn.reduce((sum, { length }) => sum + length, 0);
  const means = Float64Array.from(
    { length: resamples },
    () => drawn.reduce((sum, stratum) => sum + resampledSum(stratum, random), 0) / count,
  ).sort();
  return { low: quantile(means, (1 - CONFIDENCE) / 2), high: quantile(means, (1 + CONFIDENCE) / 2) };
}

function resampledSum(values: readonly number[], random: () => number): number {
  let sum = 0;
  for (let drawn = 0; drawn < values.length; drawn += 1) sum += values[Math.floor(random() * values.length)] ?? 0;
  return sum;
}

/** Between the two nearest, as NumPy's `percentile` has it. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** Uniform in [0, 1): Mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
