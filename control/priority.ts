// Which waiting trials are taken first: those of priority 1, last those of 5; among equals the order of the plan decides.
import { prioritiseTrials, type Ordered } from '../db/orders.ts';
import type { Priority } from '../sweep/queueing.ts';
import type { Control } from './control.ts';
import { tellToLook } from './sweep-workflow.ts';
import { assertChanged, findTarget, type Asked, type Target } from './target.ts';

export interface Prioritised {
  target: Target;
  ordered: Ordered;
}

/** @throws NothingToDoError, UnknownSweepError, UnknownTrialError or SelectionError */
export async function prioritise(control: Control, asked: Asked, priority: Priority): Promise<Prioritised> {
  const target = await findTarget(control, asked);
  const ordered = await prioritiseTrials(control.database, { ...target.choice, priority });
  await assertChanged(control, target, { verb: `give priority ${priority}`, ordered });
  await tellToLook(control, target.sweep.id);
  return { target, ordered };
}
