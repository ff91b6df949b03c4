import { changeWindow } from '../../control/window.ts';
import { LARGEST_WINDOW } from '../../sweep/queueing.ts';
import { argumentOf, SWEEP_ARGUMENT, UsageError, type Call, type Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { withSession } from '../session.ts';

export const windowCommand: Command = {
  name: 'window',
  summary: 'change how many trials of a sweep are in flight at one time',
  arguments: [SWEEP_ARGUMENT, { name: 'trials', help: `a number from 1 to ${LARGEST_WINDOW}` }],
  options: {},
  run: (call) => {
    const window = windowOf(call);
    return withSession(
      call.terminal,
      async ({ control }) => {
        const { sweep, isRunning } = await changeWindow(control, argumentOf(call, 'sweep'), window);
        const when = isRunning ? 'from now on' : 'when it runs again';
        call.terminal.say(`Sweep ${sweep.name} has ${window} trials in flight ${when}; it was ${sweep.window}.`);
        return DONE;
      },
      { isQuiet: true },
    );
  },
};

/** @throws UsageError */
function windowOf(call: Call): number {
  const given = argumentOf(call, 'trials');
  const window = Number(given);
  if (/^\d+$/.test(given) && window >= 1 && window <= LARGEST_WINDOW) return window;
  throw new UsageError(`Expected <trials> to be a whole number from 1 to ${LARGEST_WINDOW}, found \`${given}\`.`);
}
