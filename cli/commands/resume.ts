import { describe } from '../../control/describe.ts';
import { resume, type Resumed } from '../../control/resume.ts';
import { argumentOf, SWEEP_ARGUMENT, type Call, type Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { withSession, type Session } from '../session.ts';
import { deviceAmong } from '../training-device.ts';
import { runWatched } from '../watched-run.ts';

export const resumeCommand: Command = {
  name: 'resume',
  summary: 'run exactly the failed, cancelled or missing trials of a sweep',
  arguments: [SWEEP_ARGUMENT],
  options: { watch: { help: 'train here if no worker does, show progress, end with the comparison' } },
  run: (call) =>
    withSession(call.terminal, (session) =>
      call.flags.has('watch') ? resumeAndWatch(call, session) : resumeOnly(call, session),
    ),
};

async function resumeOnly(call: Call, { control, services }: Session): Promise<number> {
  const { terminal } = call;
  const resumed = await resume(control, argumentOf(call, 'sweep'), ({ spec }) =>
    deviceAmong(control, spec.device, terminal),
  );
  announce(resumed, terminal.say);
  if (resumed.waiting === 0) return DONE;
  if (services.embedded.postgres || services.embedded.temporal) await services.keep();
  terminal.say('`lpt-sweep worker` trains it, on this machine or another.');
  return DONE;
}

async function resumeAndWatch(call: Call, { control }: Session): Promise<number> {
  const { terminal } = call;
  const { sweep } = await describe(control, argumentOf(call, 'sweep'));
  return runWatched({
    control,
    terminal,
    wanted: sweep.spec.device,
    begin: async (chooseDevice) => {
      announce(await resume(control, sweep.id, chooseDevice), terminal.say);
      return sweep.id;
    },
    again: `lpt-sweep resume ${sweep.name} --watch`,
  });
}

function announce({ sweep, requeued, waiting }: Resumed, say: (text: string) => void): void {
  if (waiting === 0) say(`Sweep ${sweep.name} has nothing left to run.`);
  else
    say(
      `Sweep ${sweep.name} is resumed: ${requeued} trials put back, ${waiting} waiting. Complete trials do not run again.`,
    );
}
