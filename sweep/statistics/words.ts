// Pure: columns, differences and probabilities as people read them, on a terminal and on a page.
import { percent } from '../numbers.ts';
import { regimeName } from '../regime.ts';
import type { Entrant, Ground, MethodScore } from './entrant.ts';
import type { Interval } from './interval.ts';
import { SIGNIFICANT } from './paired-tests.ts';
import type { PairOnTask, SeedTest } from './pairs.ts';

export function pairCount({ n, unpaired }: PairOnTask): string {
  return unpaired === 0 ? String(n) : `${n} (${unpaired} without partner)`;
}

/** Seed by seed: the same examples on several seeds are no further examples. */
export function mcnemarWords(tests: readonly SeedTest[]): string | null {
  if (tests.length === 0) return null;
  const different = tests.filter(({ holm }) => holm < SIGNIFICANT).length;
  return `p < ${SIGNIFICANT} on ${different} of ${tests.length} ${tests.length === 1 ? 'seed' : 'seeds'}`;
}

export function points(difference: number): string;
export function points(difference: number | null): string | null;
export function points(difference: number | null): string | null {
  if (difference === null) return null;
  return `${difference < 0 ? '−' : '+'}${percent(Math.abs(difference))}`;
}

export function intervalWords(interval: Interval | null): string | null {
  return interval === null ? null : `${points(interval.low)} to ${points(interval.high)}`;
}

export function probabilityWords(p: number): string;
export function probabilityWords(p: number | null): string | null;
export function probabilityWords(p: number | null): string | null {
  if (p === null) return null;
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

/** Of a column of methods by tasks. */
export function columnTitle({ task, regime, k }: Pick<Ground, 'task' | 'regime' | 'k'>): string {
  return regime === 'full' ? task : `${task} (${regimeName({ regime, k })})`;
}

/** What an entrant has in a column. */
export function scoreIn(
  scores: readonly MethodScore[],
  { method, sweep }: Entrant,
  title: string,
): MethodScore | undefined {
  return scores.find((score) => score.method === method && score.sweep === sweep && columnTitle(score) === title);
}
