import { cancel } from '../../control/cancel.ts';
import type { Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { askedOf, SELECTED_ARGUMENT, SELECTED_OPTIONS } from '../selected.ts';
import { withSession } from '../session.ts';
import { counted } from '../../sweep/counted.ts';

export const cancelCommand: Command = {
  name: 'cancel',
  summary: 'end a sweep, or some of its trials; what is finished stays, `resume` takes up the rest',
  arguments: [SELECTED_ARGUMENT],
  options: SELECTED_OPTIONS,
  run: (call) =>
    withSession(
      call.terminal,
      async ({ control }) => {
        const { target, ordered } = await cancel(control, askedOf(call));
        const running =
          ordered.stopping === 0 ? '' : `; ${counted(ordered.stopping, 'trial')} running: to stop at the next step`;
        call.terminal.say(
          `Cancelled, of ${target.words}: ${counted(ordered.changed, 'trial')} not begun or paused${running}.`,
        );
        return DONE;
      },
      { isQuiet: true },
    ),
};
