import { cancel } from '../../control/cancel.ts';
import { argumentOf, SWEEP_ARGUMENT, type Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { withSession } from '../session.ts';

export const cancelCommand: Command = {
  name: 'cancel',
  summary: 'stop a sweep; what is finished stays, `resume` takes up the rest',
  arguments: [SWEEP_ARGUMENT],
  options: {},
  run: (call) =>
    withSession(
      call.terminal,
      async ({ control }) => {
        const { sweep, wasOpen } = await cancel(control, argumentOf(call, 'sweep'));
        call.terminal.say(
          wasOpen
            ? `Sweep ${sweep.name} is being cancelled: running trials stop at their next step.`
            : `Sweep ${sweep.name} is ${sweep.state} already: there is nothing to cancel.`,
        );
        return DONE;
      },
      { isQuiet: true },
    ),
};
