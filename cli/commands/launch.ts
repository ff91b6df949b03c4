import { describe } from '../../control/describe.ts';
import { launch, type Launched } from '../../control/launch.ts';
import { estimateSweep, planSweep, type PlannedSweep, type SweepFile } from '../../control/plan.ts';
import type { DeviceClass } from '../../workflows/queues.ts';
import { argumentOf, type Call, type Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { showOutcome } from '../follow.ts';
import { keptStates } from '../kept-states.ts';
import { largeData } from '../large-data.ts';
import { printPlan } from '../plan.ts';
import { keepServers, withSession, type Session } from '../session.ts';
import { sourcesOf } from '../sources.ts';
import { FILE_ARGUMENT, readSweepFile } from '../sweep-file.ts';
import { deviceAmong, offerHere } from '../training-device.ts';
import { runWatched, WATCH_OPTION } from '../watched-run.ts';

export const launchCommand: Command = {
  name: 'launch',
  summary: 'start the sweep of a file; one that is there already goes on',
  arguments: [FILE_ARGUMENT],
  options: {
    'dry-run': { help: 'print the trials and what they would cost, start nothing' },
    ...WATCH_OPTION,
  },
  run: async (call) => {
    const { terminal, flags } = call;
    const file = await readSweepFile(argumentOf(call, 'file'));
    const planned = await planSweep(file, sourcesOf(terminal));
    for (const warning of planned.plan.warnings) terminal.say(`Note: ${warning}`);
    const kept = keptStates(planned, terminal.environment);
    if (kept !== null) terminal.say(kept);
    if (flags.has('dry-run')) {
      terminal.write(printPlan(planned, estimateSweep(planned, null)));
      return DONE;
    }
    return withSession(terminal, (session) =>
      flags.has('watch')
        ? launchAndWatch(call, session, { planned, file })
        : launchOnly(call, session, { planned, file }),
    );
  },
};

interface Planned {
  planned: PlannedSweep;
  file: SweepFile;
}

async function launchOnly({ terminal }: Call, session: Session, { planned, file }: Planned): Promise<number> {
  const { control } = session;
  const launched = await launch(control, {
    planned,
    source: file.text,
    chooseDevice: () => deviceAmong(control, planned.spec.device, terminal),
  });
  announce(launched, terminal.say);
  if (!launched.running) return showOutcome(control, await describe(control, launched.sweep.id), terminal);
  await keepServers(session);
  terminal.say('`lpt-sweep worker` trains it, on this machine or another; `lpt-sweep watch` shows how it goes.');
  return DONE;
}

async function launchAndWatch(
  { terminal }: Call,
  { control, services }: Session,
  { planned, file }: Planned,
): Promise<number> {
  const { name, device } = planned.spec;
  if (services.temporalUiUrl !== null) terminal.say(`Temporal's own page, while this runs: ${services.temporalUiUrl}`);
  const begin = async (chooseDevice: () => Promise<DeviceClass>): Promise<string> => {
    const launched = await launch(control, {
      ...{ planned, source: file.text, chooseDevice },
      offerHere: () => offerHere(terminal.environment, device),
    });
    announce(launched, terminal.say);
    return name;
  };
  return runWatched({ control, terminal, wanted: device, begin, again: `lpt-sweep launch ${file.path} --watch` });
}

function announce({ sweep, created, running, unstored }: Launched, say: (text: string) => void): void {
  if (created) say(`Sweep ${sweep.name} is launched.`);
  else if (running) say(`Sweep ${sweep.name} was launched before: it goes on.`);
  else say(`Sweep ${sweep.name} was launched before and is ${sweep.state}: here are its results.`);
  if (unstored.length > 0 && running) say(largeData(unstored));
}
