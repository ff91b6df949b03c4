// Pure: what each setting of a method does to the dev score: marginal means, what is within noise of the best, importance.
import { mean } from '../statistics.ts';
import { grouped } from './grouped.ts';
import { importanceOf, type Decomposed } from './importance.ts';
import { meanInterval, type Interval } from './interval.ts';
import { holm, pairedT, SIGNIFICANT } from './paired-tests.ts';

/** A complete trial of one method on one task: its settings as text, its seeds, its dev score. */
export interface EffectTrial {
  settings: Record<string, string>;
  /** Data seed and training seed together: what repeats. */
  seed: string;
  score: number;
  /** False: another seed of its configuration was stopped early or diverged, so what is left of it is too good. */
  isWhole: boolean;
}

export interface LevelEffect {
  value: string;
  trials: number;
  seeds: number;
  /** Mean over seeds of the mean over the other settings. */
  mean: number;
  /** Student's over seeds, 95 %; null for one seed. */
  interval: Interval | null;
  /** Against the best level on the same seeds and other settings, Holm-adjusted over levels; null for the best, or unknown. */
  p: number | null;
  /** Cannot be told to be worse than the best; null where nothing is known of the noise. */
  isWithinNoise: boolean | null;
}

export interface SettingEffect {
  setting: string;
  /** In order of value. */
  levels: LevelEffect[];
  best: string;
}

export interface Effects {
  trials: number;
  /** Of them, of configurations of which other seeds were stopped early or diverged. */
  partial: number;
  seeds: number;
  settings: SettingEffect[];
  importance: Decomposed;
  /** The cell best on dev, of whole ones where there is one; and for each setting the values that cannot be told from its best one. */
  best: { values: Record<string, string>; mean: number; seeds: number } | null;
  region: Record<string, string[]>;
}

export function effectsOf(trials: readonly EffectTrial[]): Effects {
  const names = [...new Set(trials.flatMap(({ settings }) => Object.keys(settings)))];
  const varying = names.filter((name) => valuesOf(trials, name).length > 1);
  const settings = varying.map((setting) => settingEffect(trials, setting, varying));
  const cells = grouped(trials, ({ settings: own }) => JSON.stringify(varying.map((name) => own[name] ?? null)));
  const scored = cells.map((own) => ({
    values: own[0].settings,
    score: mean(own.map(({ score }) => score)),
    seeds: own.length,
    isWhole: own.every(({ isWhole }) => isWhole),
  }));
  const everywhere = varying.filter((name) => trials.every(({ settings: own }) => own[name] !== undefined));
  const merged = grouped(scored, ({ values }) => JSON.stringify(everywhere.map((name) => values[name])));
  const grid = merged.map((own) => ({ values: own[0].values, score: mean(own.map(({ score }) => score)) }));
  const [top] = scored.toSorted((one, other) => Number(other.isWhole) - Number(one.isWhole) || other.score - one.score);
  return {
    trials: trials.length,
    partial: trials.filter(({ isWhole }) => !isWhole).length,
    seeds: new Set(trials.map(({ seed }) => seed)).size,
    settings,
    importance: importanceOf(grid, everywhere),
    best: top === undefined ? null : { values: pick(top.values, varying), mean: top.score, seeds: top.seeds },
    region: Object.fromEntries(
      settings.map(({ setting, levels }) => [
        setting,
        levels.filter(({ isWithinNoise }) => isWithinNoise === true).map(({ value }) => value),
      ]),
    ),
  };
}

function settingEffect(trials: readonly EffectTrial[], setting: string, varying: readonly string[]): SettingEffect {
  const levels = valuesOf(trials, setting).map((value) => {
    const own = trials.filter(({ settings }) => settings[setting] === value);
    const perSeed = grouped(own, ({ seed }) => seed).map((same) => mean(same.map(({ score }) => score)));
    return { value, own, seeds: perSeed.length, mean: mean(perSeed), interval: meanInterval(perSeed) };
  });
  const others = varying.filter((name) => name !== setting);
  const ahead = (one: Level, of: Level): number[] => seedDifferences(one.own, of.own, others);
  const best = levels.reduce((first, second) => (leadOf(second, first, ahead) > 0 ? second : first));
  const leads = levels.map((level) => (level === best ? [] : ahead(best, level)));
  const adjusted = holm(leads.map((lead) => pairedT(lead).p));
  return {
    setting,
    best: best.value,
    levels: levels.map(({ own, ...level }, index) => {
      const p = adjusted[index] ?? null;
      const isBest = level.value === best.value;
      const isNoWorse = isBest ? best.seeds > 1 : isBehind(leads[index] ?? []);
      return { ...level, trials: own.length, p, isWithinNoise: noise(p, isNoWorse) };
    }),
  };
}

interface Level {
  own: EffectTrial[];
  mean: number;
}

/** On what both were tried with: a level that had the better company is not the better for it. Elsewhere by their means. */
function leadOf(one: Level, of: Level, ahead: (one: Level, of: Level) => number[]): number {
  const shared = ahead(one, of);
  return shared.length > 0 ? mean(shared) : one.mean - of.mean;
}

/** Whether the best level's lead on what both were tried with is none. */
function isBehind(lead: readonly number[]): boolean {
  return lead.length > 1 && mean(lead) <= 0;
}

function noise(p: number | null, isNoWorse: boolean): boolean | null {
  if (isNoWorse) return true;
  return p === null ? null : p >= SIGNIFICANT;
}

/** Where both have a trial with the same seed and other settings; averaged within a seed, as only seeds repeat. */
function seedDifferences(
  best: readonly EffectTrial[],
  level: readonly EffectTrial[],
  others: readonly string[],
): number[] {
  const keyOf = ({ seed, settings }: EffectTrial): string =>
    JSON.stringify([seed, ...others.map((name) => settings[name])]);
  const scores = new Map(best.map((trial) => [keyOf(trial), trial.score]));
  const found = level.flatMap((trial) => {
    const against = scores.get(keyOf(trial));
    return against === undefined ? [] : [{ seed: trial.seed, difference: against - trial.score }];
  });
  return grouped(found, ({ seed }) => seed).map((same) => mean(same.map(({ difference }) => difference)));
}

/** Numbers by size, words by the alphabet. */
function valuesOf(trials: readonly EffectTrial[], setting: string): string[] {
  const values = new Set(trials.flatMap(({ settings }) => settings[setting] ?? []));
  return [...values].sort((one, other) => Number(one) - Number(other) || (one < other ? -1 : 1));
}

function pick(values: Record<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])));
}
