// Holds what Postgres says is under way against what Temporal has, and puts right where they differ.
import { findEnded, listUnderWay } from '../db/reconciling.ts';
import { awaitsHalt } from '../db/standing-orders.ts';
import { findSweep, type SweepRow } from '../db/sweeps.ts';
import { isOpen } from '../sweep/states.ts';
import type { Control } from './control.ts';
import type { ChooseDevice } from './go-on.ts';
import {
  endSweepWorkflow,
  listOpenWorkflows,
  startSweepWorkflow,
  tellToLook,
  workflowState,
  workflowStateAfter,
  type OpenWorkflow,
} from './sweep-workflow.ts';
import { takeBackLost } from './take-back.ts';

export interface Discrepancy {
  what:
    | 'trial without a workflow'
    | 'sweep without a workflow'
    | 'workflow of an ended sweep'
    | 'workflow of an unknown sweep';
  /** The sweep's name; of an unknown one, its id. */
  sweep: string;
  /** Its position, where it is about one trial. */
  trial: number | null;
  /** What was done about it; of a dry run, what would be. `reported`: nothing. */
  remedy:
    'waiting' | 'paused' | 'cancelled' | 'stopped-early' | 'complete' | 'failed' | 'started' | 'ended' | 'reported';
}

/** How much is left to those who may be about to put it right themselves. */
export interface Caution {
  /** Sweeps that were made, or ended, more lately are left alone. */
  olderThanS: number;
  /** How long a workflow whose sweep has ended is waited for. */
  patienceMs: number;
  /** Against a wrong `DATABASE_URL`: all that run would seem unknown. */
  endsUnknown: boolean;
}

export const ON_REQUEST: Caution = { olderThanS: 0, patienceMs: 5_000, endsUnknown: true };
/** Somebody may be launching this very moment. */
export const AT_START: Caution = { olderThanS: 60, patienceMs: 0, endsUnknown: false };

export interface ReconcileRequest {
  /** One alone, by name or id. */
  sweep?: string | undefined;
  isDryRun: boolean;
  caution: Caution;
  chooseDevice: ChooseDevice;
}

/** Safe at any time, from several processes at once, and with sweeps in full swing. @throws UnknownSweepError */
export async function reconcile(control: Control, request: ReconcileRequest): Promise<Discrepancy[]> {
  const { olderThanS } = request.caution;
  const sweepId = request.sweep === undefined ? undefined : (await findSweep(control.database, request.sweep)).id;
  const discrepancies: Discrepancy[] = [];
  for (const sweep of await listUnderWay(control.database, { sweepId, olderThanS }))
    discrepancies.push(...(await reconcileSweep(control, sweep, request)));
  for (const open of await listOpenWorkflows(control))
    if (sweepId === undefined || sweepId === open.sweepId)
      discrepancies.push(...(await reconcileWorkflow(control, open, request)));
  return discrepancies;
}

async function reconcileSweep(control: Control, sweep: SweepRow, request: ReconcileRequest): Promise<Discrepancy[]> {
  const { isDryRun } = request;
  const lost = await takeBackLost(control, sweep, { isDryRun });
  const discrepancies = lost.map(({ position, becomes }): Discrepancy => {
    return { what: 'trial without a workflow', sweep: sweep.name, trial: position, remedy: becomes };
  });
  if (await lacksWorkflow(control, sweep.id)) {
    const isOurs = isDryRun || (await startSweepWorkflow(control, sweep, await request.chooseDevice(sweep))).started;
    if (isOurs)
      discrepancies.push({ what: 'sweep without a workflow', sweep: sweep.name, trial: null, remedy: 'started' });
  } else if (!isDryRun && (lost.length > 0 || (await awaitsHalt(control.database, sweep.id))))
    // Whoever gave an order may have died, or found Temporal away, before the workflow heard of it.
    await tellToLook(control, sweep.id);
  return discrepancies;
}

/** A workflow writes down the end of its sweep before it ends itself, so Postgres is asked last. */
async function lacksWorkflow(control: Control, sweepId: string): Promise<boolean> {
  if ((await workflowState(control, sweepId)) === 'running') return false;
  return isOpen(await findSweep(control.database, sweepId));
}

async function reconcileWorkflow(
  control: Control,
  open: OpenWorkflow,
  request: ReconcileRequest,
): Promise<Discrepancy[]> {
  const { sweepId } = open;
  const { isDryRun, caution } = request;
  const ended = await findEnded(control.database, { sweepId, olderThanS: caution.olderThanS });
  if (ended === null) return [];
  if (ended === 'unknown') {
    const ends = caution.endsUnknown;
    if (ends && !isDryRun && !(await endSweepWorkflow(control, open, 'No sweep in Postgres has its id.'))) return [];
    const what = 'workflow of an unknown sweep';
    return [{ what, sweep: sweepId, trial: null, remedy: ends ? 'ended' : 'reported' }];
  }
  if ((await workflowStateAfter(control, ended, caution.patienceMs)) !== 'running') return [];
  const isGone = isDryRun || (await endAfterItsSweep(control, open, request));
  return isGone ? [{ what: 'workflow of an ended sweep', sweep: ended.name, trial: null, remedy: 'ended' }] : [];
}

/** A person may have gone on with the sweep meanwhile, and told the very workflow that is ended here: then it is started anew. */
async function endAfterItsSweep(
  control: Control,
  open: OpenWorkflow,
  { chooseDevice }: ReconcileRequest,
): Promise<boolean> {
  const { database } = control;
  if (isOpen(await findSweep(database, open.sweepId))) return false;
  const isGone = await endSweepWorkflow(control, open, 'Its sweep had ended in Postgres.');
  const now = await findSweep(database, open.sweepId);
  if (isOpen(now)) await startSweepWorkflow(control, now, await chooseDevice(now));
  return isGone;
}
