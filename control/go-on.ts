// Some trials of a sweep wait again: its workflow is told, or started where none runs.
import type { SweepRow } from '../db/sweeps.ts';
import type { DeviceClass } from '../workflows/queues.ts';
import type { Control } from './control.ts';
import { startSweepWorkflow, tellToLook, workflowStateAfter } from './sweep-workflow.ts';

export type ChooseDevice = (sweep: SweepRow) => Promise<DeviceClass>;

/** @param sweep as it was before its trials were changed: whether its workflow was about to end stands in its state */
export async function goOn(control: Control, sweep: SweepRow, chooseDevice: ChooseDevice): Promise<void> {
  await workflowStateAfter(control, sweep);
  const { started } = await startSweepWorkflow(control, sweep, await chooseDevice(sweep));
  if (started || (await tellToLook(control, sweep.id))) return;
  // It ended in between.
  await startSweepWorkflow(control, sweep, await chooseDevice(sweep));
}
