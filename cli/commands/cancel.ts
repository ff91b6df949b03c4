import { cancel } from '../../control/cancel.ts';
import type { Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { askedOf, SELECTED_ARGUMENT, SELECTED_OPTIONS, trialCount } from '../selected.ts';
import { withSession } from '../session.ts';

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
          ordered.stopping === 0 ? '' : `; ${trialCount(ordered.stopping)} running: to stop at the next step`;
        call.terminal.say(
          `Cancelled, of ${target.words}: ${trialCount(ordered.changed)} not begun or paused${running}.`,
        );
        return DONE;
      },
      { isQuiet: true },
    ),
};
