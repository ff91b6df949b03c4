// Runs exactly what is missing: failed and cancelled trials, and those that nobody works on any more.
import { countStates, findSweep, setSweepState, type SweepRow } from '../db/sweeps.ts';
import { requeueTrials } from '../db/trials.ts';
import type { DeviceClass } from '../workflows/queues.ts';
import type { Control } from './control.ts';
import { signalRetry, startSweepWorkflow, workflowStateAfter } from './sweep-workflow.ts';

export interface Resumed {
  sweep: SweepRow;
  /** Trials put back to waiting. */
  requeued: number;
  /** Trials that will run now: those, and what had been waiting. */
  waiting: number;
}

/** A complete trial never runs again; the others go on from their checkpoints. @throws UnknownSweepError */
export async function resume(
  control: Control,
  name: string,
  chooseDevice: (sweep: SweepRow) => Promise<DeviceClass>,
): Promise<Resumed> {
  const sweep = await findSweep(control.database, name);
  const isRunning = (await workflowStateAfter(control, sweep)) === 'running';
  // Where a workflow runs, its running trials are its own affair.
  const states = isRunning ? (['failed', 'cancelled'] as const) : (['failed', 'cancelled', 'running'] as const);
  const requeued = await requeueTrials(control.database, { sweepId: sweep.id, states: [...states] });
  const { waiting } = await countStates(control.database, sweep.id);
  if (waiting === 0) return { sweep, requeued, waiting };
  const deviceClass = await chooseDevice(sweep);
  await setSweepState(control.database, { sweepId: sweep.id, state: 'running' });
  const { started } = await startSweepWorkflow(control, sweep, deviceClass);
  if (!started) await signalRetry(control, sweep.id);
  return { sweep: await findSweep(control.database, sweep.id), requeued, waiting };
}
