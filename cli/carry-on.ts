// What `continue`, `resume` and `add` have alike: trials wait again; a worker may have to come, and a person may watch.
import type { Fitting } from '../control/fitting.ts';
import type { ChooseDevice } from '../control/go-on.ts';
import { workflowDevice } from '../control/workflow-device.ts';
import type { SweepRow } from '../db/sweeps.ts';
import type { DeviceClass } from '../workflows/queues.ts';
import type { Call } from './command.ts';
import { DONE } from './exit-codes.ts';
import { keepServers, type Session } from './session.ts';
import { deviceAmong, offerHere, whoTrains } from './training-device.ts';
import { runWatched } from './watched-run.ts';

export interface CarriedOn {
  sweep: SweepRow;
  /** Says what it did. @returns whether there is anything to run */
  begin: (chooseDevice: ChooseDevice) => Promise<boolean>;
}

/** Who watches trains here if nobody else does: what that would offer. */
export function offering({ flags, terminal }: Call): Pick<Fitting, 'offerHere'> {
  return flags.has('watch') ? { offerHere: (device) => offerHere(terminal.environment, device) } : {};
}

/** @returns the exit code */
export async function carryOn(call: Call, session: Session, { sweep, begin }: CarriedOn): Promise<number> {
  const { terminal, flags } = call;
  const { control } = session;
  const ofWorkflow = await workflowDevice(control, sweep.id);
  if (flags.has('watch')) {
    return runWatched({
      ...{ control, terminal, wanted: ofWorkflow ?? sweep.spec.device },
      begin: async (chooseDevice) => {
        await begin(chooseDevice);
        return sweep.id;
      },
      again: `lpt-sweep resume ${sweep.name} --watch`,
    });
  }
  let device: DeviceClass | undefined;
  if (!(await begin(async ({ spec }) => (device = await deviceAmong(control, ofWorkflow ?? spec.device, terminal)))))
    return DONE;
  await keepServers(session, terminal);
  terminal.say(`${whoTrains(ofWorkflow ?? device)}.`);
  return DONE;
}
