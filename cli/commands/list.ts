import { list } from '../../control/list.ts';
import { TRIAL_STATES } from '../../sweep/states.ts';
import { FORMAT_OPTION, formatOf, type Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { print } from '../print.ts';
import { withSession } from '../session.ts';

export const listCommand: Command = {
  name: 'list',
  summary: 'all sweeps, newest first',
  arguments: [],
  options: FORMAT_OPTION,
  run: (call) =>
    withSession(
      call.terminal,
      async ({ control }) => {
        const printed = print(formatOf(call), {
          rows: await list(control),
          columns: [
            { title: 'name', cell: ({ name }) => name },
            { title: 'state', cell: ({ state }) => state },
            { title: 'complete', cell: ({ counts }) => counts.complete, isNumber: true },
            { title: 'failed', cell: ({ counts }) => counts.failed, isNumber: true },
            { title: 'running', cell: ({ counts }) => counts.running, isNumber: true },
            { title: 'waiting', cell: ({ counts }) => counts.waiting, isNumber: true },
            { title: 'paused', cell: ({ counts }) => counts.paused, isNumber: true },
            { title: 'cancelled', cell: ({ counts }) => counts.cancelled, isNumber: true },
            { title: 'stopped early', cell: ({ counts }) => counts['stopped-early'], isNumber: true },
            { title: 'backbone', cell: ({ backbone }) => backbone },
            { title: 'created', cell: ({ createdAt }) => createdAt.toISOString() },
            { title: 'id', cell: ({ id }) => id },
          ],
          record: ({ name, state, counts, backbone, createdAt, id }) => {
            return { name, state, ...counts, backbone, created: createdAt.toISOString(), id };
          },
          fields: ['name', 'state', ...TRIAL_STATES, 'backbone', 'created', 'id'],
          whenEmpty: 'There is no sweep yet: `lpt-sweep launch sweeps/demo.yaml --watch` runs one.',
        });
        call.terminal.write(printed);
        return DONE;
      },
      { isQuiet: true },
    ),
};
