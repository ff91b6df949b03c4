// What a resume came to, and the refusals of one that came to nothing.
import { NothingToDoError } from '../db/errors.ts';
import type { SweepRow } from '../db/sweeps.ts';
import { counted } from '../sweep/counted.ts';
import type { Control } from './control.ts';
import type { Resumed } from './resume.ts';
import { workflowDevice } from './workflow-device.ts';
import { chooseDeviceClass, classesWithWorkers } from './workers.ts';

/** @throws NothingToDoError for a running sweep that lacks nothing, but for a worker perhaps */
export async function assertLacking(control: Control, resumed: Resumed): Promise<void> {
  const { sweep, requeued, wasRunning, isReopened } = resumed;
  if (!wasRunning || requeued > 0 || isReopened) return;
  throw new NothingToDoError(
    `Expected sweep \`${sweep.name}\` to have something to resume, found it running with nothing to put back.${heldWords(resumed)}${await workerWords(control, sweep)}`,
  );
}

/** @throws NothingToDoError where no trial runs now that did not run anyway */
export async function assertResumed(control: Control, resumed: Resumed): Promise<void> {
  await assertLacking(control, resumed);
  const { sweep, requeued, waiting } = resumed;
  if (requeued > 0 || waiting > 0) return;
  throw new NothingToDoError(
    `Expected sweep \`${sweep.name}\` to have something to resume, found nothing left to run.${heldWords(resumed)}`,
  );
}

/** Empty where no trial is paused. */
export function heldWords({ sweep, paused }: Resumed): string {
  if (paused === 0) return '';
  return ` ${counted(paused, 'trial')} paused: \`lpt-sweep continue ${sweep.name}\` goes on with them.`;
}

/** A workflow outlives every worker, as after a crash. Empty where one is there. */
async function workerWords(control: Control, { id, name, spec }: SweepRow): Promise<string> {
  const offered = await classesWithWorkers(control);
  const chosen = chooseDeviceClass((await workflowDevice(control, id)) ?? spec.device, offered);
  if (chosen !== null && offered.includes(chosen)) return '';
  return ` No worker is running for it: \`lpt-sweep resume ${name} --watch\` or \`lpt-sweep worker\` goes on.`;
}
