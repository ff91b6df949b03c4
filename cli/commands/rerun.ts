import { compareRerun, findComplete, openRerun, startRerun } from '../../control/rerun.ts';
import { wantedDevice } from '../../control/workflow-device.ts';
import { trialName } from '../../db/trial-reference.ts';
import type { DeviceClass } from '../../workflows/queues.ts';
import { argumentOf, formatOf, OBJECT_FORMAT_OPTION, TRIAL_ARGUMENT, type Call, type Command } from '../command.ts';
import { DONE, FAILED } from '../exit-codes.ts';
import { whenBack } from '../follow.ts';
import { describeRerun, rerunObject } from '../rerun-report.ts';
import { withSession, type Session } from '../session.ts';
import { offerHere } from '../training-device.ts';
import { runWatched } from '../watched-run.ts';

export const rerunCommand: Command = {
  name: 'rerun',
  summary: 'repeat a complete trial, and say whether its numbers are the same (exit code 0) or not (1)',
  arguments: [TRIAL_ARGUMENT],
  options: OBJECT_FORMAT_OPTION,
  run: (call) => withSession(call.terminal, (session) => repeat(call, session)),
};

/** The original is left as it is: the repeated trial is a sweep of its own. */
async function repeat(call: Call, { control }: Session): Promise<number> {
  const { terminal } = call;
  const original = await findComplete(control, argumentOf(call, 'trial'));
  const rerun = await openRerun(control, {
    original,
    offerHere: (device) => offerHere(terminal.environment, device),
  });
  const { name, spec } = rerun.sweep;
  const begin = async (chooseDevice: () => Promise<DeviceClass>): Promise<string> => {
    await startRerun(control, rerun, chooseDevice);
    terminal.say(`Trial ${trialName(original)} is repeated as sweep ${name}.`);
    return name;
  };
  return runWatched({
    ...{ control, terminal, begin, wanted: await wantedDevice(control, spec) },
    again: `lpt-sweep rerun ${trialName(original)}`,
    conclude: async ({ sweep }) => {
      const report = await whenBack(() => compareRerun(control, { original, sweep }), terminal);
      const asJson = formatOf(call) === 'json';
      terminal.write(asJson ? `${JSON.stringify(rerunObject(report), null, 2)}\n` : describeRerun(report));
      return report.differences.length === 0 ? DONE : FAILED;
    },
  });
}
