import { continuePaused, type Continued } from '../../control/continue.ts';
import type { ChooseDevice } from '../../control/go-on.ts';
import { findTarget } from '../../control/target.ts';
import type { Call, Command } from '../command.ts';
import { carryOn, offering } from '../carry-on.ts';
import { askedOf, SELECTED_ARGUMENT, SELECTED_OPTIONS } from '../selected.ts';
import { withSession, type Session } from '../session.ts';
import { WATCH_OPTION } from '../watched-run.ts';
import { counted } from '../../sweep/counted.ts';

export const continueCommand: Command = {
  name: 'continue',
  summary: 'go on with what was paused, from its checkpoints',
  arguments: [SELECTED_ARGUMENT],
  options: { ...SELECTED_OPTIONS, ...WATCH_OPTION },
  run: (call) => withSession(call.terminal, (session) => continueIt(call, session)),
};

async function continueIt(call: Call, session: Session): Promise<number> {
  const asked = askedOf(call);
  const { sweep } = await findTarget(session.control, asked);
  const begin = async (chooseDevice: ChooseDevice): Promise<boolean> => {
    announce(await continuePaused(session.control, { asked, chooseDevice, ...offering(call) }), call.terminal.say);
    return true;
  };
  return carryOn(call, session, { sweep, begin });
}

function announce({ target, ordered }: Continued, say: (text: string) => void): void {
  say(`Continued, of ${target.words}: ${counted(ordered.changed, 'trial')}.`);
}
