import { replaySweep, type Replayed } from '../../control/replay.ts';
import { regimeName } from '../../sweep/regime.ts';
import { STOPPING_RULES, type Stopping } from '../../sweep/stopping/rule.ts';
import { parseStopping } from '../../sweep/stopping/settings.ts';
import {
  argumentOf,
  FORMAT_OPTION,
  formatOf,
  SWEEP_ARGUMENT,
  UsageError,
  type Call,
  type Command,
} from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { print, type Column } from '../print.ts';
import { withSession } from '../session.ts';
import { duration, percent } from '../../sweep/numbers.ts';
import { whereVarying } from '../../sweep/needed-columns.ts';

/** Option → setting under `stopping:`. */
const SETTINGS = {
  'grace-period': 'gracePeriod',
  'least-trials': 'leastTrials',
  'least-seeds': 'leastSeeds',
  reduction: 'reduction',
  p: 'p',
} as const;

export const replayCommand: Command = {
  name: 'replay',
  summary: 'what a stopping rule would have saved and lost on a sweep that has run; the sweep stays as it is',
  arguments: [SWEEP_ARGUMENT],
  options: {
    rule: { help: 'median, asha or paired; all of them without it', value: { name: 'rule', oneOf: STOPPING_RULES } },
    'grace-period': { help: 'share of the steps before which nothing is stopped', value: { name: 'share' } },
    'least-trials': {
      help: 'of median and asha: trials with the same seeds to compare with',
      value: { name: 'number' },
    },
    'least-seeds': { help: 'of paired: seeds on which both configurations have scores', value: { name: 'number' } },
    reduction: { help: 'of asha: one in so many goes on', value: { name: 'number' } },
    p: { help: 'of paired: below which a difference is more than chance', value: { name: 'probability' } },
    ...FORMAT_OPTION,
  },
  run: (call) => {
    const rules = rulesOf(call);
    return withSession(
      call.terminal,
      async ({ control }) => {
        const { rows } = await replaySweep(control, argumentOf(call, 'sweep'), rules);
        call.terminal.write(print(formatOf(call), { rows, columns: columnsOf(rows), record: recordOf, whenEmpty: '' }));
        call.terminal.say(
          'Dev scores in the order in which they were written. `lost`: dev mean of the best configuration against the best that the rule leaves whole.',
        );
        return DONE;
      },
      { isQuiet: true },
    );
  },
};

function columnsOf(rows: readonly Replayed[]): Column<Replayed>[] {
  return [
    { title: 'rule', cell: ({ stopping }) => stopping.rule },
    { title: 'task', cell: ({ task }) => task },
    ...whereVarying(rows, { title: 'metric', cell: ({ metric }) => metric }),
    ...COLUMNS,
  ];
}

const COLUMNS: Column<Replayed>[] = [
  { title: 'examples', cell: regimeName, isNumber: true },
  { title: 'stopped', cell: ({ stopped, trials }) => `${stopped} of ${trials}`, isNumber: true },
  {
    title: 'steps saved',
    cell: ({ stepsSaved, steps }) => `${percent(stepsSaved / steps)} %`,
    isNumber: true,
  },
  { title: 'time saved', cell: ({ secondsSaved }) => duration(secondsSaved), isNumber: true },
  { title: 'best on dev', cell: ({ before }) => percent(before), isNumber: true },
  { title: 'winner', cell: ({ winnerStopped }) => (winnerStopped ? 'stopped' : 'kept') },
  {
    title: 'lost',
    cell: ({ before, after }) => (after === null ? 'all' : percent(before - after)),
    isNumber: true,
  },
  { title: 'early rank', cell: ({ foresight }) => foresight?.toFixed(2) ?? null, isNumber: true },
];

function recordOf({ stopping, ...row }: Replayed) {
  return { rule: stopping.rule, settings: JSON.stringify(stopping), ...row };
}

/** @throws UsageError */
function rulesOf({ values }: Call): Stopping[] {
  const { rule } = values;
  const given = Object.entries(SETTINGS).flatMap(([option, setting]) =>
    values[option] === undefined ? [] : [[setting, Number(values[option])] as const],
  );
  if (rule === undefined && given.some(([setting]) => setting !== 'gracePeriod'))
    throw new UsageError('Expected `--rule` beside a setting that only some rules have, found none.');
  return (rule === undefined ? STOPPING_RULES : [rule]).map((name) => {
    const parsed = parseStopping({ rule: name, ...Object.fromEntries(given) });
    if (typeof parsed !== 'string') return parsed;
    throw new UsageError(parsed);
  });
}
