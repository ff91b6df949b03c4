// Pausing and cancelling: what waits stops waiting at once, what runs writes a checkpoint and stops at its next step.
import { haltTrials, type Ordered } from '../db/orders.ts';
import { settleStopping } from '../db/standing-orders.ts';
import { concludeSweep } from '../db/conclusion.ts';
import { countStates, type SweepRow } from '../db/sweeps.ts';
import type { Control } from './control.ts';
import { tellToLook, terminateSweepWorkflow, workflowStateAfter } from './sweep-workflow.ts';
import { assertChanged, findTarget, type Asked, type Target } from './target.ts';
import { classesWithWorkers } from './workers.ts';

export interface Halted {
  target: Target;
  ordered: Ordered;
}

/** Returns when it is asked for. @throws NothingToDoError, UnknownSweepError, UnknownTrialError or SelectionError */
export async function halt(control: Control, asked: Asked, as: 'paused' | 'cancelled'): Promise<Halted> {
  const target = await findTarget(control, asked);
  const ordered = await haltTrials(control.database, { ...target.choice, as });
  await assertChanged(control, target, { verb: as === 'paused' ? 'pause' : 'cancel', ordered });
  const isRunning = (await workflowStateAfter(control, ordered.sweep)) === 'running';
  const isHeard = isRunning && (await classesWithWorkers(control)).length > 0;
  if (isHeard && (await tellToLook(control, ordered.sweep.id))) return { target, ordered };
  await haltUnheard(control, ordered.sweep, isRunning);
  return { target, ordered };
}

/** Where nobody works, what ran is stopped already. A workflow with nothing left to do would only wait for a worker. */
async function haltUnheard(control: Control, { id }: SweepRow, isRunning: boolean): Promise<void> {
  await settleStopping(control.database, id);
  const { waiting, running } = await countStates(control.database, id);
  if (waiting + running > 0) {
    if (isRunning) await tellToLook(control, id);
    return;
  }
  await terminateSweepWorkflow(control, id);
  await concludeSweep(control.database, id);
}
