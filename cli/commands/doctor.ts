import { examine } from '../../runtime/doctor.ts';
import { FORMAT_OPTION, formatOf, type Command } from '../command.ts';
import { DONE, FAILED } from '../exit-codes.ts';
import { print } from '../print.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'say what lpt-sweep stands on, where it was found, and what to do about what is missing',
  arguments: [],
  options: FORMAT_OPTION,
  run: async (call) => {
    const examined = await examine({ environment: call.terminal.environment });
    const printed = print(formatOf(call), {
      rows: examined,
      columns: [
        { title: 'part', cell: ({ part }) => part },
        { title: 'state', cell: ({ state }) => state },
        { title: 'found', cell: ({ found }) => found },
        { title: 'version', cell: ({ version }) => version ?? null },
        { title: 'where', cell: ({ where }) => where ?? null },
        { title: 'advice', cell: ({ advice }) => advice ?? null },
      ],
      whenEmpty: 'Nothing was examined.',
    });
    call.terminal.write(printed);
    return examined.some(({ state }) => state === 'missing') ? FAILED : DONE;
  },
};
