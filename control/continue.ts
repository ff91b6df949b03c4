// Goes on with what was paused, from its checkpoints: all of it, or what is chosen.
import { continueTrials, type Ordered } from '../db/orders.ts';
import type { Control } from './control.ts';
import { refuseTooLargeAgain, type Fitting } from './fitting.ts';
import { assertWork, goOn, type ChooseDevice } from './go-on.ts';
import { findTarget, type Asked, type Target } from './target.ts';

export interface Continued {
  target: Target;
  ordered: Ordered;
}

export interface ContinueRequest extends Pick<Fitting, 'offerHere'> {
  asked: Asked;
  chooseDevice: ChooseDevice;
}

/** @throws NothingToDoError, UnknownSweepError, UnknownTrialError or SelectionError */
export async function continuePaused(control: Control, request: ContinueRequest): Promise<Continued> {
  const { asked, chooseDevice, offerHere } = request;
  const target = await findTarget(control, asked);
  await refuseTooLargeAgain(control, { target, states: ['paused'], offerHere });
  const ordered = await continueTrials(control.database, target.choice);
  await assertWork(control, target, { verb: 'continue', ordered });
  await goOn(control, ordered.sweep, chooseDevice);
  return { target, ordered };
}
