// Pure: whether paired scores differ: Student's t, Wilcoxon's signed ranks, McNemar's test on single examples.
import { mean, standardDeviation, sum } from '../statistics.ts';
import { fairCoinTails, normalTails, studentTails } from './distributions.ts';
import { chanceOfAtMost, signedRanks } from './signed-ranks.ts';

export const SIGNIFICANT = 0.05;

/** A probability, or why there is none. */
export type Tested = { p: number; why: null } | { p: null; why: string };

/** Two-sided, on the differences of pairs. */
export function pairedT(differences: readonly number[]): Tested {
  const sd = standardDeviation(differences);
  if (sd === null) return none('one pair or none');
  if (isNothing(sd, differences)) return none('all differences are the same');
  const t = mean(differences) / (sd / Math.sqrt(differences.length));
  return { p: studentTails(t, differences.length - 1), why: null };
}

/** Most pairs whose signs are all counted out; beyond, the normal approximation is as good. */
const MOST_COUNTED = 100;

/** Two-sided signed-rank test; pairs without difference are left out (Wilcoxon 1945). */
export function wilcoxon(differences: readonly number[]): Tested {
  const { ranks, positive } = signedRanks(differences);
  const least = 2 ** (1 - ranks.length);
  if (ranks.length === 0) return none('no pair differs');
  if (least >= SIGNIFICANT)
    return none(
      `${ranks.length} ${ranks.length === 1 ? 'pair that differs' : 'pairs that differ'} cannot reach p < ${SIGNIFICANT}: the least is ${least}`,
    );
  const p = ranks.length <= MOST_COUNTED ? countedTails(ranks, positive) : approximateTails(ranks, positive);
  return { p, why: null };
}

function countedTails(ranks: readonly number[], positive: number): number {
  return Math.min(1, 2 * chanceOfAtMost(Math.min(positive, sum(ranks) - positive), ranks));
}

/** The variance of the ranks as they are takes shared ones into account. */
function approximateTails(ranks: readonly number[], positive: number): number {
  const variance = sum(ranks.map((rank) => rank ** 2)) / 4;
  return normalTails((positive - sum(ranks) / 2) / Math.sqrt(variance));
}

export interface Discordant {
  /** Examples that only the first got right. */
  onlyFirst: number;
  onlySecond: number;
}

/** @throws RangeError unless the three are of one length */
export function discordant(first: readonly number[], second: readonly number[], labels: readonly number[]): Discordant {
  if (first.length !== labels.length || second.length !== labels.length)
    throw new RangeError(
      `Expected predictions of the same examples, found ${first.length}, ${second.length} and ${labels.length} labels.`,
    );
  const count = (right: readonly number[], wrong: readonly number[]): number =>
    labels.filter((label, index) => right[index] === label && wrong[index] !== label).length;
  return { onlyFirst: count(first, second), onlySecond: count(second, first) };
}

/** Exact and two-sided, on the examples that one of two got right (McNemar 1947). */
export function mcnemar({ onlyFirst, onlySecond }: Discordant): number {
  return onlyFirst + onlySecond === 0 ? 1 : fairCoinTails(onlyFirst, onlySecond);
}

/** Adjusted probabilities in the given order (Holm 1979); null ones take no part. */
export function holm(probabilities: readonly (number | null)[]): (number | null)[] {
  const known = probabilities.flatMap((p, index) => (p === null ? [] : [{ p, index }]));
  known.sort((one, other) => one.p - other.p);
  const adjusted: (number | null)[] = probabilities.map(() => null);
  let largest = 0;
  known.forEach(({ p, index }, place) => {
    largest = Math.max(largest, Math.min(1, p * (known.length - place)));
    adjusted[index] = largest;
  });
  return adjusted;
}

function none(why: string): Tested {
  return { p: null, why };
}

/** Differences that only binary fractions make are none. */
function isNothing(sd: number, values: readonly number[]): boolean {
  return sd <= 1e-12 * Math.max(1, ...values.map(Math.abs));
}
