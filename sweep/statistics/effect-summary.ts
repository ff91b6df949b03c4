// Pure: effects in plain sentences that say how sure they are.
import { percent } from '../numbers.ts';
import type { Effects, SettingEffect } from './effects.ts';
import { counted } from '../counted.ts';
import { OF_WHOLE } from './words.ts';

export function summarise({ settings, seeds, importance, best, partial }: Effects): string[] {
  if (best === null) return ['No trial is complete yet: nothing is known of any setting.'];
  if (settings.length === 0) return ['No setting varies: there is no effect to tell.'];
  const values = Object.entries(best.values).map(([name, value]) => `${name} ${value}`);
  const top = importance.importances
    ?.slice(0, 3)
    .map(({ settings: of, share }) => `${of.join(' with ')} ${(100 * share).toFixed(0)} %`);
  return [
    `Best on dev: ${values.join(', ')} (${percent(best.mean)}, ${counted(best.seeds, 'seed')}).`,
    ...settings.map((setting) => sentence(setting, seeds)),
    ...(partial === 0 ? [] : [caution(partial)]),
    top === undefined
      ? `Importance is not told: ${importance.why ?? ''}.`
      : `Of the variance between cells: ${top.join(', ')}.${importance.filled === 0 ? '' : ` ${importance.filled} of ${importance.cells} cells are missing and were filled in.`}`,
  ];
}

/** Rules stop what is bad, and what is bad diverges: so the seeds that are left flatter a level. */
function caution(partial: number): string {
  return `${counted(partial, 'trial is', 'trials are')} of configurations of which other seeds were stopped early or diverged: means with them are too good. The best on dev is one ${OF_WHOLE}, where there is one.`;
}

function sentence({ setting, levels, best }: SettingEffect, seeds: number): string {
  if (seeds < 2) return `${setting}: ${best} is ahead on one seed; that says nothing of the noise.`;
  const near = levels.filter(({ isWithinNoise }) => isWithinNoise === true).map(({ value }) => value);
  const worse = levels.filter(({ isWithinNoise }) => isWithinNoise === false).map(({ value }) => value);
  const others = levels.filter(({ value }) => value !== best);
  const unknown = others.filter(({ isWithinNoise }) => isWithinNoise === null).map(({ value }) => value);
  return [
    near.length > 1
      ? `${setting}: ${listed(
          near,
          levels.map(({ value }) => value),
        )} are within noise of the best (${best})`
      : `${setting}: ${best} is ahead`,
    ...(worse.length === 0
      ? []
      : [`; ${worse.join(', ')} ${worse.length === 1 ? 'is' : 'are'} worse (p < 0.05, Holm)`]),
    ...(unknown.length === 0 ? [] : [`; of ${unknown.join(', ')} it cannot be told`]),
    seeds < 5 ? `. ${seeds} seeds only: a direction, hardly more.` : ` (${seeds} seeds).`,
  ].join('');
}

/** `6 to 8` for numbers that stand together in the order of values. */
function listed(values: readonly string[], all: readonly string[]): string {
  const first = all.indexOf(values[0] ?? '');
  const isRun =
    values.length > 2 && values.every((value, index) => all[first + index] === value && Number.isFinite(Number(value)));
  return isRun ? `${values[0] ?? ''} to ${values.at(-1) ?? ''}` : values.join(', ');
}
