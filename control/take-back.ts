// Trials that Postgres calls running while Temporal has no workflow behind them: back to waiting, or to what they were told.
import { listRunning, takeBack, type RunningTrial, type SeenRunning } from '../db/reconciling.ts';
import type { SweepRow } from '../db/sweeps.ts';
import type { Control } from './control.ts';
import { endTrialWorkflow, trialWorkflowState, workflowState } from './sweep-workflow.ts';

/**
 * Safe while the sweep runs, and from several processes at one time. Postgres is read first: what ran before the workflows were
 * looked at and has none has lost it, and where another attempt has begun since, the trial is another's.
 * @returns those that were taken back; with `isDryRun` those that would be
 */
export async function takeBackLost(
  control: Control,
  { id: sweepId }: Pick<SweepRow, 'id'>,
  { isDryRun = false } = {},
): Promise<SeenRunning[]> {
  const running = await listRunning(control.database, sweepId);
  if (running.length === 0) return [];
  const isOpen = (await workflowState(control, sweepId)) === 'running';
  const lost = isOpen ? await withoutWorkflow(control, sweepId, running) : running;
  if (lost.length === 0 || isDryRun) return lost;
  // With its sweep's workflow gone a trial's is about to be ended; until then no other could have its name.
  if (!isOpen) for (const trial of lost) await endTrialWorkflow(control, sweepId, trial);
  return takeBack(control.database, { sweepId, seen: lost });
}

async function withoutWorkflow(control: Control, sweepId: string, running: RunningTrial[]): Promise<RunningTrial[]> {
  const lost: RunningTrial[] = [];
  for (const trial of running)
    if ((await trialWorkflowState(control, sweepId, trial.id)) !== 'running') lost.push(trial);
  return lost;
}
