// Ends a sweep on purpose. What was finished stays; `resume` takes up the rest.
import { findSweep, setSweepState, type SweepRow } from '../db/sweeps.ts';
import { cancelTrial, cancelWaiting, listRunning } from '../db/trials.ts';
import type { Control } from './control.ts';
import { requestCancel, terminateSweepWorkflow, workflowStateAfter } from './sweep-workflow.ts';
import { classesWithWorkers } from './workers.ts';

export interface Cancelled {
  sweep: SweepRow;
  /** False: the sweep had ended before, and nothing was changed. */
  wasOpen: boolean;
}

/** Returns when it is asked for: running trials stop at their next step. @throws UnknownSweepError */
export async function cancel(control: Control, name: string): Promise<Cancelled> {
  const { database } = control;
  const sweep = await findSweep(database, name);
  const isRunning = (await workflowStateAfter(control, sweep)) === 'running';
  if (!isRunning && sweep.state !== 'waiting' && sweep.state !== 'running') return { sweep, wasOpen: false };
  await cancelWaiting(database, sweep.id);
  if (isRunning && (await classesWithWorkers(control)).length > 0) {
    await requestCancel(control, sweep.id);
    return { sweep, wasOpen: true };
  }
  // A cancellation that nobody hears would stay in wait, and end the sweep when it is resumed.
  if (isRunning) await terminateSweepWorkflow(control, sweep.id);
  for (const trialId of await listRunning(database, sweep.id)) await cancelTrial(database, { trialId });
  await setSweepState(database, { sweepId: sweep.id, state: 'cancelled' });
  return { sweep: await findSweep(database, sweep.id), wasOpen: true };
}
