import { prune } from '../../control/prune.ts';
import { FORMAT_OPTION, formatOf, UsageError, type Call, type Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { print } from '../print.ts';
import { withSession } from '../session.ts';
import { withThousands } from '../../sweep/numbers.ts';

export const pruneCommand: Command = {
  name: 'prune',
  summary: 'forget curves, weights and data of complete trials that are no longer needed; scores always stay',
  arguments: [],
  options: {
    sweep: { help: 'only of this sweep; of all without it', value: { name: 'sweep' } },
    'metrics-older-than': { help: 'curves of trials that ended so long ago, as 30d', value: { name: 'days' } },
    checkpoints: { help: 'weights, but for those of each method that are best on dev, over all seeds or on one' },
    data: { help: 'stored data sets that only complete trials were trained on; a rerun then needs the files' },
    'dry-run': { help: 'only say what would be freed' },
    ...FORMAT_OPTION,
  },
  run: (call) => {
    const days = daysOf(call);
    const [checkpoints, data] = [call.flags.has('checkpoints'), call.flags.has('data')];
    if (days === undefined && !checkpoints && !data)
      throw new UsageError(
        'Expected `--metrics-older-than`, `--checkpoints` or `--data`, found none of them: nothing is asked for.',
      );
    const { sweep } = call.values;
    const request = {
      ...(sweep === undefined ? {} : { sweep }),
      ...(days === undefined ? {} : { metricsOlderThanDays: days }),
      ...{ checkpoints, data, isDryRun: call.flags.has('dry-run') },
    };
    return withSession(
      call.terminal,
      async ({ control }) => {
        const printed = print(formatOf(call), {
          rows: (await prune(control, request)).map(({ what, freed }) => ({ what, ...freed })),
          columns: [
            { title: 'what', cell: ({ what }) => what },
            {
              title: request.isDryRun ? 'rows to free' : 'rows freed',
              cell: ({ rows }) => withThousands(rows),
              isNumber: true,
            },
            { title: 'bytes', cell: ({ bytes }) => withThousands(bytes), isNumber: true },
          ],
          record: (row) => row,
          whenEmpty: '',
        });
        call.terminal.write(printed);
        return DONE;
      },
      { isQuiet: true },
    );
  },
};

function daysOf({ values }: Call): number | undefined {
  const text = values['metrics-older-than'];
  if (text === undefined) return undefined;
  const [, days] = /^(\d{1,5})d$/.exec(text) ?? [];
  if (days !== undefined) return Number(days);
  throw new UsageError(`Expected \`--metrics-older-than\` to be followed by days, as 30d, found \`${text}\`.`);
}
