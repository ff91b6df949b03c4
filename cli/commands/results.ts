import { results } from '../../control/results.ts';
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
import { print } from '../print.ts';
import { resultColumns } from '../results-table.ts';
import { withSession } from '../session.ts';
import { counted } from '../../sweep/counted.ts';

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
          columns: resultColumns(rows),
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
