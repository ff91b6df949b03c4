// Writes a sweep with all its trials in one transaction, then starts its workflow with ids only.
import { UnknownSweepError } from '../db/errors.ts';
import { createSweep, findSweep, type SweepRow } from '../db/sweeps.ts';
import { inSpan } from '../runtime/span.ts';
import { isOpen } from '../sweep/states.ts';
import type { DeviceClass } from '../workflows/queues.ts';
import type { Control } from './control.ts';
import { refuseTooLargeToStart, type Fitting } from './fitting.ts';
import type { PlannedSweep } from './plan.ts';
import { storeData } from './stored-data.ts';
import { startSweepWorkflow, tellToLook } from './sweep-workflow.ts';
import { takeBackLost } from './take-back.ts';

export interface Launched {
  sweep: SweepRow;
  /** False: a sweep of this name with the very same trials was there already. */
  created: boolean;
  /** False: it had ended before, and is left as it is. */
  running: boolean;
  /** False: its workflow was there already, and keeps the device that it began with. */
  started: boolean;
  /** Tasks whose data is too large to be stored: other machines may not find it. */
  unstored: string[];
}

/** A sweep file, read and expanded. */
export interface Launching {
  planned: PlannedSweep;
  /** As it was written. */
  source: string;
}

export interface LaunchRequest extends Launching, Pick<Fitting, 'offerHere'> {
  /** Asked only when there is something to run. */
  chooseDevice: () => Promise<DeviceClass>;
}

/** Safe to repeat, also from two processes at one time. @throws SweepExistsError when the name stands for other trials */
export function launch(control: Control, request: LaunchRequest): Promise<Launched> {
  const { spec, plan } = request.planned;
  const attributes = { sweep: spec.name, trials: plan.trials.length };
  return inSpan('launch', attributes, () => writeAndStart(control, request));
}

async function writeAndStart(control: Control, request: LaunchRequest): Promise<Launched> {
  const { planned, source, chooseDevice, offerHere } = request;
  const { spec, facts, plan } = planned;
  if (!(await hasEnded(control, spec.name))) await refuseTooLargeToStart(control, { planned, offerHere });
  const unstored = await storeData(control, plan.trials);
  const { sweep, created } = await createSweep(control.database, {
    name: spec.name,
    ...{ source, spec, facts },
    trials: plan.trials,
  });
  const running = isOpen(sweep);
  // Once more, for until the sweep was there to need them `prune` could take them away.
  if (running) await storeData(control, plan.trials);
  const started = running && (await run(control, { sweep, created }, chooseDevice));
  return { sweep, created, running, started, unstored };
}

/** Whose results are only to be seen, on whatever machine. */
async function hasEnded({ database }: Control, name: string): Promise<boolean> {
  try {
    return !isOpen(await findSweep(database, name));
  } catch (error) {
    if (error instanceof UnknownSweepError) return false;
    throw error;
  }
}

/** One that was there may have lost its workflow, and then its running trials have nobody. @returns whether it was started */
async function run(
  control: Control,
  { sweep, created }: Pick<Launched, 'sweep' | 'created'>,
  chooseDevice: LaunchRequest['chooseDevice'],
): Promise<boolean> {
  const lost = created ? [] : await takeBackLost(control, sweep);
  const { started } = await startSweepWorkflow(control, sweep, await chooseDevice());
  if (!started && lost.length > 0) await tellToLook(control, sweep.id);
  return started;
}
