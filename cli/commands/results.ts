import { results, type SettledResult } from '../../control/results.ts';
import type { TrialResult } from '../../db/results.ts';
import {
  argumentOf,
  FORMAT_OPTION,
  formatOf,
  SWEEP_ARGUMENT,
  wholeNumberOf,
  type Call,
  type Command,
} from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { regimeName } from '../../sweep/regime.ts';
import { print, type Column } from '../print.ts';
import { withSession } from '../session.ts';
import { grouped, percent, rounded } from '../../sweep/numbers.ts';
import { counted } from '../../sweep/counted.ts';
import { whereVarying } from '../../sweep/where-varying.ts';

export const resultsCommand: Command = {
  name: 'results',
  summary: 'every trial of a sweep',
  arguments: [SWEEP_ARGUMENT],
  options: {
    'best-per-seed': { help: 'only the trial that is best on dev for its method and seeds' },
    limit: { help: 'so many trials at most', value: { name: 'number' } },
    offset: { help: 'leave out so many of the first', value: { name: 'number' } },
    ...FORMAT_OPTION,
  },
  run: (call) =>
    withSession(
      call.terminal,
      async ({ control }) => {
        const rows = await results(control, argumentOf(call, 'sweep'), {
          bestPerSeed: call.flags.has('best-per-seed'),
          limit: wholeNumberOf(call, 'limit'),
          offset: wholeNumberOf(call, 'offset'),
        });
        const printed = print(formatOf(call), {
          rows,
          columns: [
            { title: 'trial', cell: ({ position }) => position, isNumber: true },
            { title: 'task', cell: ({ task }) => task },
            { title: 'examples', cell: regimeName, isNumber: true },
            ...whereVarying(rows, { title: 'metric', cell: ({ metric }) => metric }),
            { title: 'method', cell: ({ method }) => method },
            { title: 'layer', cell: ({ insertionLayers }) => insertionLayers, isNumber: true },
            { title: 'length', cell: ({ promptLength }) => promptLength, isNumber: true },
            { title: 'generator', cell: ({ generator }) => generator },
            ...settings(rows),
            { title: 'data seed', cell: ({ dataSeed }) => dataSeed, isNumber: true },
            { title: 'train seed', cell: ({ trainSeed }) => trainSeed, isNumber: true },
            { title: 'state', cell: ({ state }) => state },
            ...stoppedAt(rows),
            { title: 'dev', cell: ({ devScore }) => percent(devScore), isNumber: true },
            { title: 'test', cell: ({ testScore }) => percent(testScore), isNumber: true },
            ...secondTest(rows),
            { title: 'steps', cell: ({ steps }) => steps, isNumber: true },
            { title: 'parameters', cell: ({ trainableParameters }) => grouped(trainableParameters), isNumber: true },
            { title: 'ms/step', cell: ({ msPerStep }) => rounded(msPerStep), isNumber: true },
            { title: 'tokens/ms', cell: (row) => rounded(row.tokensPerMs), isNumber: true },
            { title: 'measured', cell: ({ measuredJointly }) => measuredWords(measuredJointly) },
            { title: 'kept', cell: ({ cacheHitRate }) => percent(cacheHitRate), isNumber: true },
            { title: 'MiB', cell: ({ peakMemoryMiB }) => rounded(peakMemoryMiB), isNumber: true },
            { title: 'time waiting', cell: ({ waitingShare }) => percent(waitingShare), isNumber: true },
            { title: 'attempts', cell: ({ attempts }) => attempts, isNumber: true },
          ],
          record: ({ position, ...row }) => row,
          whenEmpty: nothingOf(call),
        });
        call.terminal.write(printed);
        const stopped = rows.filter(({ state }) => state === 'stopped-early').length;
        if (stopped > 0)
          call.terminal.say(
            `${counted(stopped, 'trial')} stopped early, without a test score: \`lpt-sweep show\` says why.`,
          );
        return DONE;
      },
      { isQuiet: true },
    ),
};

/** A sweep has trials: where none is shown, none was asked for, none is there yet, or the offset is beyond the last. */
function nothingOf(call: Call): string {
  if (wholeNumberOf(call, 'limit') === 0) return 'Nothing was asked for: `--limit` is 0.';
  const offset = wholeNumberOf(call, 'offset') ?? 0;
  if (offset > 0) return `There is no trial beyond the first ${offset}.`;
  return call.flags.has('best-per-seed') ? 'No trial is complete yet.' : 'This sweep has no trials.';
}

/** Where something beside layer, length and generator varies. */
function settings(rows: readonly SettledResult[]): Column<SettledResult>[] {
  if (rows.every((row) => row.settings === null)) return [];
  return [{ title: 'settings', cell: (row) => row.settings }];
}

/** Most sweeps have no stopping rule. */
function stoppedAt(rows: readonly TrialResult[]): Column<TrialResult>[] {
  if (rows.every(({ stoppedAtStep }) => stoppedAtStep === null)) return [];
  return [{ title: 'stopped at', cell: ({ stoppedAtStep }) => stoppedAtStep, isNumber: true }];
}

/** Most tasks have one test set. */
function secondTest(rows: readonly TrialResult[]): Column<TrialResult>[] {
  if (rows.every(({ mismatchedScore }) => mismatchedScore === null)) return [];
  return [{ title: 'mismatched', cell: ({ mismatchedScore }) => percent(mismatchedScore), isNumber: true }];
}

function measuredWords(jointly: boolean | null): string | null {
  if (jointly === null) return null;
  return jointly ? 'jointly' : 'alone';
}
