import { add, type Grown } from '../../control/add.ts';
import type { ChooseDevice } from '../../control/go-on.ts';
import type { Launching } from '../../control/launch.ts';
import { planSweep } from '../../control/plan.ts';
import { findTarget } from '../../control/target.ts';
import { carryOn, offering } from '../carry-on.ts';
import { argumentOf, type Call, type Command } from '../command.ts';
import { largeData } from '../large-data.ts';
import { withSession, type Session } from '../session.ts';
import { sourcesOf } from '../sources.ts';
import { FILE_ARGUMENT, readSweepFile } from '../sweep-file.ts';
import { WATCH_OPTION } from '../watched-run.ts';
import { counted } from '../../sweep/counted.ts';

export const addCommand: Command = {
  name: 'add',
  summary: 'run what a file asks for beyond the sweep of its name: more layers, lengths, seeds, tasks, methods',
  arguments: [FILE_ARGUMENT],
  options: WATCH_OPTION,
  run: async (call) => {
    const file = await readSweepFile(argumentOf(call, 'file'));
    const planned = await planSweep(file, sourcesOf(call.terminal));
    for (const warning of planned.plan.warnings) call.terminal.say(`Note: ${warning}`);
    if (planned.plan.searched !== undefined) call.terminal.say(planned.plan.searched);
    return withSession(call.terminal, (session) => addIt(call, session, { planned, source: file.text }));
  },
};

async function addIt(call: Call, session: Session, launching: Launching): Promise<number> {
  const { control } = session;
  const { spec } = launching.planned;
  const { sweep } = await findTarget(control, { sweep: spec.name });
  const begin = async (chooseDevice: ChooseDevice): Promise<boolean> => {
    const added = await add(control, {
      ...{ ...launching, chooseDevice: () => chooseDevice(sweep) },
      ...offering(call),
    });
    announce(added, call.terminal.say);
    return added.sweep.state !== 'paused';
  };
  return carryOn(call, session, { sweep, begin });
}

function announce({ sweep, added, searches, present, unnamed, unstored }: Grown, say: (text: string) => void): void {
  const others = unnamed === 0 ? '' : `, ${unnamed} that the file no longer asks for stay as they are`;
  const searched = searches ? ', and its search proposes further ones' : '';
  const held = sweep.state === 'paused' ? ` The sweep is paused: \`lpt-sweep continue ${sweep.name}\` runs them.` : '';
  say(
    `Sweep ${sweep.name} has ${counted(added, 'trial')} more${searched}; ${present} of the file were there${others}.${held}`,
  );
  if (unstored.length > 0) say(largeData(unstored));
}
