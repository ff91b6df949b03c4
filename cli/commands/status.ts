import { statusOf } from '../../control/status.ts';
import { classesWithWorkers } from '../../control/workers.ts';
import { isOpen } from '../../sweep/states.ts';
import { argumentOf, FORMAT_OPTION, formatOf, SWEEP_ARGUMENT, type Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { print } from '../print.ts';
import { withSession } from '../session.ts';
import { statusRecord } from '../status.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'where a sweep stands: trials by state, time left, errors by kind',
  arguments: [SWEEP_ARGUMENT],
  options: FORMAT_OPTION,
  run: (call) =>
    withSession(
      call.terminal,
      async ({ control }) => {
        const status = await statusOf(control, argumentOf(call, 'sweep'));
        const record = statusRecord(status);
        const format = formatOf(call);
        const { write, say } = call.terminal;
        if (format === 'table') {
          const columns = [
            { title: 'what', cell: ([name]: [string, unknown]) => name },
            { title: 'value', cell: ([, value]: [string, string | number | boolean | null]) => value },
          ];
          write(print(format, { rows: Object.entries(record), columns, whenEmpty: '' }));
        } else write(print(format, { rows: [record], columns: [], record: (row) => row, whenEmpty: '' }));
        if (isOpen(status.sweep) && (await classesWithWorkers(control)).length === 0)
          say('No worker is running: `lpt-sweep worker` starts one.');
        return DONE;
      },
      { isQuiet: true },
    ),
};
