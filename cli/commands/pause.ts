import { pause } from '../../control/pause.ts';
import type { Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { askedOf, SELECTED_ARGUMENT, SELECTED_OPTIONS } from '../selected.ts';
import { withSession } from '../session.ts';
import { counted } from '../../sweep/counted.ts';

export const pauseCommand: Command = {
  name: 'pause',
  summary: 'hold trials: running ones write a checkpoint and stop, nothing new starts; `continue` goes on',
  arguments: [SELECTED_ARGUMENT],
  options: SELECTED_OPTIONS,
  run: (call) =>
    withSession(
      call.terminal,
      async ({ control }) => {
        const { target, ordered } = await pause(control, askedOf(call));
        const running =
          ordered.stopping === 0 ? '' : `; ${counted(ordered.stopping, 'trial')} running: checkpoint at the next step`;
        call.terminal.say(`Paused, of ${target.words}: ${counted(ordered.changed, 'trial')} waiting${running}.`);
        call.terminal.say(`\`lpt-sweep continue ${target.sweep.name}\` goes on.`);
        return DONE;
      },
      { isQuiet: true },
    ),
};
