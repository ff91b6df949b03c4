import { baselines, importBaselineFile } from '../../control/baselines.ts';
import type { Control } from '../../control/control.ts';
import type { BaselineRow } from '../../db/baselines.ts';
import { BASELINE_COLUMNS } from '../baseline-columns.ts';
import { FORMAT_OPTION, formatOf, UsageError, type Call, type Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { print } from '../print.ts';
import { withSession } from '../session.ts';
import { counted } from '../../sweep/counted.ts';

export const baselinesCommand: Command = {
  name: 'baselines',
  summary: 'published figures with their sources; `import <file.csv>` adds your own',
  arguments: [
    { name: 'action', help: 'list (if not given), or import', isOptional: true },
    {
      name: 'file',
      help: 'a CSV file: paper, table, backbone, task, regime (full, few-shot, per-class), method, metric, score and sd in percent, parameters, source; sd and parameters may be empty. A column k, which may be left out, has the training examples of few-shot (in all) and per-class (of each class)',
      isOptional: true,
    },
  ],
  options: FORMAT_OPTION,
  run: (call) => {
    const { action = 'list', file } = call.arguments;
    if (action !== 'list' && action !== 'import')
      throw new UsageError(`Expected \`list\` or \`import\`, found \`${action}\`.`);
    if (action === 'list' && file !== undefined)
      throw new UsageError(`Expected nothing after \`list\`, found \`${file}\`.`);
    return withSession(
      call.terminal,
      async ({ control }) => {
        if (action === 'import') await importFigures(call, control);
        else call.terminal.write(printBaselines(call, await baselines(control)));
        return DONE;
      },
      { isQuiet: true },
    );
  },
};

/** Without a file, those that come with the program: opening the database has imported them. */
async function importFigures({ arguments: { file }, terminal }: Call, control: Control): Promise<void> {
  const count = file === undefined ? (await baselines(control)).length : await importBaselineFile(control, file);
  const from =
    file === undefined
      ? 'are in the database, those that come with lpt-sweep among them'
      : `of ${file} are in the database`;
  terminal.say(`${counted(count, 'published figure')} ${from}.`);
}

function printBaselines(call: Call, rows: BaselineRow[]): string {
  return print(formatOf(call), {
    rows,
    columns: BASELINE_COLUMNS,
    record: ({ id, paperTable, ...row }) => ({ ...row, table: paperTable }),
    whenEmpty: 'There are no published figures.',
  });
}
