import { prioritise } from '../../control/priority.ts';
import { PRIORITIES, USUAL_PRIORITY, type Priority } from '../../sweep/queueing.ts';
import { SWEEP_ARGUMENT, UsageError, type Call, type Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { askedOf, SELECTED_OPTIONS } from '../selected.ts';
import { withSession } from '../session.ts';
import { counted } from '../../sweep/counted.ts';

export const priorityCommand: Command = {
  name: 'priority',
  summary: `take waiting trials of a sweep before or after others: 1 first, 5 last, ${USUAL_PRIORITY} where never set`,
  arguments: [SWEEP_ARGUMENT, { name: 'priority', help: 'a number from 1 (first) to 5 (last)' }],
  options: SELECTED_OPTIONS,
  run: (call) => {
    const priority = priorityOf(call);
    return withSession(
      call.terminal,
      async ({ control }) => {
        const { target, ordered } = await prioritise(control, askedOf(call), priority);
        call.terminal.say(`Priority ${priority}, of ${target.words}: ${counted(ordered.changed, 'trial')}.`);
        return DONE;
      },
      { isQuiet: true },
    );
  },
};

/** @throws UsageError */
function priorityOf({ arguments: { priority: given } }: Call): Priority {
  const found = PRIORITIES.find((priority) => String(priority) === given);
  if (found !== undefined) return found;
  throw new UsageError(`Expected <priority> to be one of ${PRIORITIES.join(', ')}, found \`${given ?? ''}\`.`);
}
