import { show } from '../../control/show.ts';
import { argumentOf, formatOf, OBJECT_FORMAT_OPTION, TRIAL_ARGUMENT, type Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { withSession } from '../session.ts';
import { trialObject, trialPage } from '../trial-page.ts';

export const showCommand: Command = {
  name: 'show',
  summary: 'everything about one trial: configuration, provenance, attempts, evaluations, scores',
  arguments: [TRIAL_ARGUMENT],
  options: OBJECT_FORMAT_OPTION,
  run: (call) =>
    withSession(
      call.terminal,
      async ({ control }) => {
        const details = await show(control, argumentOf(call, 'trial'));
        const asJson = formatOf(call) === 'json';
        call.terminal.write(asJson ? `${JSON.stringify(trialObject(details), null, 2)}\n` : trialPage(details));
        return DONE;
      },
      { isQuiet: true },
    ),
};
