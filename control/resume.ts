// Runs exactly what is missing: failed and cancelled trials, and those that nobody works on any more.
import { ChangedFileError } from '../db/errors.ts';
import { reopenSweep, requeueTrials, type Requeue } from '../db/orders.ts';
import { listChanges } from '../db/sweep-differences.ts';
import { countStates, findSweep, type SweepRow } from '../db/sweeps.ts';
import type { Control } from './control.ts';
import { assertSameInputs } from './fingerprints.ts';
import { refuseTooLargeAgain, type Fitting } from './fitting.ts';
import { assertWork, goOn, type ChooseDevice } from './go-on.ts';
import type { Launching } from './launch.ts';
import { workflowStateAfter } from './sweep-workflow.ts';
import { findTarget, type Asked, type Target } from './target.ts';

export interface Resumed {
  sweep: SweepRow;
  /** Trials put back to waiting. */
  requeued: number;
  /** Trials that will run now: those, and what had been waiting. */
  waiting: number;
  /** Trials that its workflow has under way, whether or not a worker is there for them; 0 where no workflow ran. */
  running: number;
  /** Trials that `continue` goes on with. */
  paused: number;
  /** Its workflow ran all the while. */
  wasRunning: boolean;
  /** It had been stopped, and what waits runs again. */
  isReopened: boolean;
}

export interface ResumeRequest extends Pick<Fitting, 'offerHere'> {
  asked: Asked;
  /**
   * Failed trials only, or only those that never ended: cancelled ones, and those whose workflow is lost. Both where absent.
   * What was stopped early runs on only where it is asked for.
   */
  only?: 'failed' | 'missing' | 'stopped' | undefined;
  /** The sweep's file, where the person names it: it must not have changed. */
  launched?: Launching | undefined;
  chooseDevice: ChooseDevice;
}

/**
 * A complete trial never runs again; the others go on from their checkpoints.
 * @throws ChangedFileError or OtherInputsError, before anything is changed; NothingToDoError where a choice has nothing to resume
 */
export async function resume(control: Control, request: ResumeRequest): Promise<Resumed> {
  const { database } = control;
  const { asked, only, launched, chooseDevice, offerHere } = request;
  const target = await findTarget(control, asked);
  if (launched) await assertUnchanged(control, target.sweep, launched);
  await assertSameInputs(control, target.sweep);
  const wasRunning = (await workflowStateAfter(control, target.sweep)) === 'running';
  const states = statesOf(only, wasRunning);
  await refuseTooLargeAgain(control, { target, states: [...states, 'waiting'], offerHere });
  const ordered = await requeueTrials(database, { ...target.choice, states });
  if (isChosen(target) || only === 'stopped') await assertWork(control, target, { verb: 'resume', ordered });
  const isReopened = await reopenSweep(database, target.sweep.id);
  const { waiting, paused, ...counts } = await countStates(database, target.sweep.id);
  const running = wasRunning ? counts.running : 0;
  const sweep = await findSweep(database, target.sweep.id);
  // A workflow that is about to end was waited for already; one that trains the last trials of a stopped sweep is told.
  // After a crash all that is left may count as running: a worker has to come for that too.
  if (waiting + running > 0) await goOn(control, isReopened ? sweep : ordered.sweep, chooseDevice);
  return { sweep, requeued: ordered.changed, waiting, running, paused, wasRunning, isReopened };
}

async function assertUnchanged({ database }: Control, sweep: SweepRow, launched: Launching): Promise<void> {
  const { spec, plan } = launched.planned;
  const asked = { name: spec.name, source: launched.source, spec, trials: plan.trials };
  const changes = await listChanges(database, sweep, asked);
  if (changes.length > 0) throw new ChangedFileError(sweep.name, changes);
}

/** Where a workflow runs, its running trials are its own affair. */
function statesOf(only: ResumeRequest['only'], wasRunning: boolean): Requeue['states'] {
  const missing: Requeue['states'] = wasRunning ? ['cancelled'] : ['cancelled', 'running'];
  if (only === 'failed') return ['failed'];
  if (only === 'stopped') return ['stopped-early'];
  return only === 'missing' ? missing : ['failed', ...missing];
}

function isChosen({ choice }: Target): boolean {
  return choice.where !== undefined || choice.ids !== undefined;
}
