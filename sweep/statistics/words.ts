// Pure: columns, differences and probabilities as people read them, on a terminal and on a page.
import { percent } from '../numbers.ts';
import { regimeName } from '../regime.ts';
import { columnKey, entrantKey, type Entrant, type Heading, type MethodScore } from './entrant.ts';
import { grouped } from './grouped.ts';
import type { Interval } from './interval.ts';
import { SIGNIFICANT } from './paired-tests.ts';
import type { PairOnTask, SeedTest } from './pairs.ts';

/** What is meant by a whole configuration; a seed of it may have failed otherwise, or be running. */
export const OF_WHOLE = 'of which no trial was stopped early or diverged';

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

/**
 * Of a column of methods by tasks: `mr (32)`, and `mr (32, f1)` or `mr (32, f1 of spam)` where others of `among` have the task with
 * another metric, or F1 of another label.
 */
export function columnTitle({ task, regime, k, metric, positive }: Heading, among: readonly Heading[]): string {
  const alike = among.filter((other) => other.task === task && other.regime === regime && other.k === k);
  const isOfOther = alike.some((other) => other.metric === metric && other.positive !== positive);
  const details = [
    ...(regime === 'full' ? [] : [regimeName({ regime, k })]),
    ...(isOfOther
      ? [`${metric} of ${positive ?? '?'}`]
      : alike.some((other) => other.metric !== metric)
        ? [metric]
        : []),
  ];
  return details.length === 0 ? task : `${task} (${details.join(', ')})`;
}

export interface ScoreColumn {
  title: string;
  scoreOf: (entrant: Entrant) => MethodScore | undefined;
}

/** Methods by tasks: what every entrant has on each ground. */
export function scoreColumns(scores: readonly MethodScore[]): ScoreColumn[] {
  return grouped(scores, columnKey).map((own) => ({
    title: columnTitle(own[0], scores),
    scoreOf: (entrant) => own.find((score) => entrantKey(score) === entrantKey(entrant)),
  }));
}
