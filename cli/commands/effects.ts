import { effects, type MethodEffects } from '../../control/effects.ts';
import { columnTitle, probabilityWords } from '../../sweep/statistics/words.ts';
import {
  argumentOf,
  assertSelectedOnDev,
  FORMAT_OPTION,
  formatOf,
  SELECT_OPTION,
  SWEEP_ARGUMENT,
  type Command,
  type Format,
} from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { print, type Cell, type Column } from '../print.ts';
import { withSession } from '../session.ts';
import { percent } from '../../sweep/numbers.ts';
import { counted } from '../../sweep/counted.ts';

export const effectsCommand: Command = {
  name: 'effects',
  summary: 'what insertion layer, length, generator and the other settings that vary do to the dev score',
  arguments: [SWEEP_ARGUMENT],
  options: { ...SELECT_OPTION, ...FORMAT_OPTION },
  run: (call) => {
    assertSelectedOnDev(call);
    return withSession(
      call.terminal,
      async ({ control }) => {
        call.terminal.write(printEffects(formatOf(call), await effects(control, argumentOf(call, 'sweep'))));
        return DONE;
      },
      { isQuiet: true },
    );
  },
};

const NOTHING = 'No method has complete trials that differ in a setting: there is no effect to tell yet.\n';

type Level = Pick<MethodEffects, 'method' | 'task' | 'metric' | 'regime' | 'k'> & {
  setting: string;
} & MethodEffects['settings'][number]['levels'][number];

export function printEffects(format: Format, all: readonly MethodEffects[]): string {
  if (format === 'json') return `${JSON.stringify(all, null, 2)}\n`;
  if (format === 'csv')
    return print('csv', { rows: all.flatMap(levelsOf), columns: [], record: recordOf, whenEmpty: '' });
  if (all.length === 0) return NOTHING;
  return all
    .map(
      (one) =>
        `${headingOf(one, all)}\n${print('table', { rows: levelsOf(one), columns: COLUMNS, whenEmpty: '' })}${one.summary.join('\n')}\n`,
    )
    .join('\n');
}

function headingOf(one: MethodEffects, all: readonly MethodEffects[]): string {
  const { method, trials, seeds } = one;
  const count = `${counted(trials, 'trial')} over ${counted(seeds, 'seed')}`;
  return `${method} on ${columnTitle(one, all)}, ${count}; marginal means on dev, percent, 95 % interval:`;
}

function levelsOf({ method, task, metric, regime, k, settings }: MethodEffects): Level[] {
  const ground = { method, task, metric, regime, k };
  return settings.flatMap(({ setting, levels }) => levels.map((level) => ({ ...ground, setting, ...level })));
}

const COLUMNS: Column<Level>[] = [
  { title: 'setting', cell: ({ setting }) => setting },
  { title: 'value', cell: ({ value }) => value, isNumber: true },
  { title: 'trials', cell: ({ trials }) => trials, isNumber: true },
  { title: 'mean', cell: (level) => percent(level.mean), isNumber: true },
  {
    title: 'interval',
    cell: ({ interval }) => (interval === null ? null : `${percent(interval.low)} to ${percent(interval.high)}`),
  },
  { title: 'against the best', cell: ({ isWithinNoise, p }) => verdict(isWithinNoise, p) },
];

function verdict(isWithinNoise: boolean | null, p: number | null): string {
  if (isWithinNoise === null) return 'cannot be told';
  if (p === null) return 'best';
  return `${isWithinNoise ? 'within noise' : 'worse'} (p ${probabilityWords(p)})`;
}

function recordOf({ interval, ...level }: Level): Record<string, Cell> {
  return { ...level, low: interval?.low ?? null, high: interval?.high ?? null };
}
