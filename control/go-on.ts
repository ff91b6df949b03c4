// Some trials of a sweep wait again: its workflow is told, or started where none runs.
import type { Ordered } from '../db/orders.ts';
import { countStates, type SweepRow } from '../db/sweeps.ts';
import type { DeviceClass } from '../workflows/queues.ts';
import type { Control } from './control.ts';
import { assertChanged, type Target } from './target.ts';
import { startSweepWorkflow, tellToLook, workflowState, workflowStateAfter } from './sweep-workflow.ts';

export type ChooseDevice = (sweep: SweepRow) => Promise<DeviceClass>;

/** @param sweep as it was before its trials were changed: whether its workflow was about to end stands in its state */
export async function goOn(control: Control, sweep: SweepRow, chooseDevice: ChooseDevice): Promise<void> {
  await workflowStateAfter(control, sweep);
  const { started } = await startSweepWorkflow(control, sweep, await chooseDevice(sweep));
  if (started || (await tellToLook(control, sweep.id))) return;
  // It ended in between.
  await startSweepWorkflow(control, sweep, await chooseDevice(sweep));
}

/** Trials wait, and no workflow knows: whoever put them there was ended, or lost Temporal, before it heard of them. */
export async function isLeftBehind(control: Control, sweepId: string): Promise<boolean> {
  const { waiting } = await countStates(control.database, sweepId);
  return waiting > 0 && (await workflowState(control, sweepId)) !== 'running';
}

/** @throws NothingToDoError where the order changed nothing, and no trials of an earlier one are left behind */
export async function assertWork(
  control: Control,
  target: Target,
  order: { verb: string; ordered: Ordered },
): Promise<void> {
  const { changed, chosen } = order.ordered;
  if (changed === 0 && chosen > 0 && (await isLeftBehind(control, target.sweep.id))) return;
  await assertChanged(control, target, order);
}
