// What a sweep found out about one task in one regime, in plain words that claim no more than its seeds carry.
import type { ConfigurationMean, ScoredTrial } from '../db/configurations.ts';
import type { CutShort, DivergedConfiguration } from '../db/cut-short.ts';
import type { SweepRow } from '../db/sweeps.ts';
import { preferWhole } from '../db/whole-configurations.ts';
import { percent } from '../sweep/numbers.ts';
import { bestOnDev, mean } from '../sweep/statistics.ts';
import { columnKey } from '../sweep/statistics/entrant.ts';
import { grouped } from '../sweep/statistics/grouped.ts';
import { columnTitle, OF_WHOLE, points } from '../sweep/statistics/words.ts';
import { counted } from '../sweep/counted.ts';
import type { SettingsApart } from './configuration-settings.ts';
import { describeConfiguration } from './configuration-words.ts';

interface Wording {
  /** Configurations of all tasks, regimes and metrics: what a task is called where it has several metrics. */
  among?: readonly ConfigurationMean[];
  apart: SettingsApart;
}

/** @param configurations and @param trials of one task, regime and metric */
export function describeFinding(
  configurations: readonly ConfigurationMean[],
  trials: readonly ScoredTrial[],
  { among = configurations, apart }: Wording,
): string {
  const best = bestLpt(configurations);
  const [first] = configurations;
  if (best === null) {
    const no = first === undefined ? 'No' : `On ${columnTitle(first, among)} no`;
    return `${no} LPT trial is complete yet, so there is nothing to compare.`;
  }
  const head = `On ${columnTitle(best, among)} the best LPT configuration on dev is ${describeConfiguration(best, apart)}: test ${scoreOf(best)}.`;
  const zeroShot = trials.filter(({ method }) => method === 'zero-shot');
  if (zeroShot.length === 0) return `${head} There is no zero-shot trial to hold it against.`;
  const own = trials.filter(({ configurationKey }) => configurationKey === best.configurationKey);
  return `${head} ${againstZeroShot(differences(own, zeroShot))}`;
}

/** Whose trials a finding is made of: the best LPT configuration of each task and regime, and zero-shot. */
export function configurationsFound(configurations: readonly ConfigurationMean[]): ConfigurationMean[] {
  const best = grouped(configurations, columnKey).flatMap((own) => bestLpt(own) ?? []);
  return [...best, ...configurations.filter(({ method }) => method === 'zero-shot')];
}

function bestLpt(configurations: readonly ConfigurationMean[]): ConfigurationMean | null {
  return bestOnDev(preferWhole(configurations.filter(({ method }) => method === 'lpt')));
}

function scoreOf({ testMean, testSd, n }: ConfigurationMean): string {
  const spread = testSd === null ? '' : ` ± ${percent(testSd)}`;
  return `${percent(testMean)}${spread} (${counted(n, 'seed')})`;
}

interface SeedDifference {
  dataSeed: number;
  difference: number;
}

/** Mean over training seeds on each data seed that both have. */
function differences(own: readonly ScoredTrial[], baseline: readonly ScoredTrial[]): SeedDifference[] {
  const seeds = [...new Set(own.map(({ dataSeed }) => dataSeed))];
  return seeds.flatMap((dataSeed) => {
    const scores = (trials: readonly ScoredTrial[]): number[] =>
      trials.filter((trial) => trial.dataSeed === dataSeed).map(({ testScore }) => testScore);
    const [ours, theirs] = [scores(own), scores(baseline)];
    return theirs.length === 0 ? [] : [{ dataSeed, difference: mean(ours) - mean(theirs) }];
  });
}

function againstZeroShot(found: readonly SeedDifference[]): string {
  if (found.length === 0) return 'No data seed has both it and zero-shot, so they cannot be compared.';
  const each = found.map(({ dataSeed, difference }) => `${points(difference)} on seed ${dataSeed}`).join(', ');
  const caution = found.length < 5 ? ` ${CAUTION[found.length === 1 ? 'one' : 'few']}` : '';
  return `Against zero-shot that is ${each} (percentage points).${caution}`;
}

const CAUTION = {
  one: 'One data seed says nothing of how steady this is.',
  few: 'So few data seeds show a direction, not a significance.',
};

const NOT_BEST = `and no configuration with such a trial is called the best where there is one ${OF_WHOLE}`;

/** Nobody shall take what is left of a configuration for all of it. */
export function describeCutShort({ name }: SweepRow, { stopped, diverged }: CutShort, apart: SettingsApart): string[] {
  return [
    ...(stopped.trials === 0
      ? []
      : [
          `${counted(stopped.trials, 'trial was', 'trials were')} stopped early (${stopped.rules.join(', ')}): without a test score, in no average, ${NOT_BEST}. \`lpt-sweep resume ${name} --stopped\` runs them to their end.`,
        ]),
    ...(diverged.length === 0
      ? []
      : [`${divergedWords(diverged, apart)}: without a test score, in no average, ${NOT_BEST}.`]),
  ];
}

const NAMED = 3;

/** `2 trials diverged (lora, rank 8, at learning rate 0.005, on 1 of 2 seeds of mr; 1 more configuration)` */
function divergedWords(diverged: readonly DivergedConfiguration[], apart: SettingsApart): string {
  const named = diverged.slice(0, NAMED).map((row) => {
    const rate = row.learningRate === null ? '' : `, at learning rate ${row.learningRate},`;
    return `${describeConfiguration(row, apart, ['learningRate'])}${rate} on ${row.trials} of ${row.of} seeds of ${row.task}`;
  });
  const trials = diverged.reduce((sum, row) => sum + row.trials, 0);
  const more = diverged.length - named.length;
  const others = more === 0 ? [] : [counted(more, 'more configuration')];
  return `${counted(trials, 'trial')} diverged (${[...named, ...others].join('; ')})`;
}
