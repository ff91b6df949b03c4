// More layers, lengths, seeds, tasks or methods for a sweep that is there: only trials that it does not have are run.
import { addTrials, type Added } from '../db/add-trials.ts';
import { NothingToDoError } from '../db/errors.ts';
import type { Control } from './control.ts';
import { refuseTooLargeToStart } from './fitting.ts';
import { goOn, isLeftBehind } from './go-on.ts';
import type { LaunchRequest } from './launch.ts';
import { storeData } from './stored-data.ts';

/** `unstored`: tasks whose data is too large to be stored; other machines may not find it. */
export type Grown = Added & { unstored: string[] };

/**
 * Safe to repeat, also from two processes at one time.
 * @throws UnknownSweepError, OtherInputsError, or NothingToDoError where all trials are there and nothing of them is left behind
 */
export async function add(control: Control, request: LaunchRequest): Promise<Grown> {
  const { planned, source, chooseDevice, offerHere } = request;
  const { spec, facts, plan } = planned;
  await refuseTooLargeToStart(control, { planned, offerHere });
  const unstored = await storeData(control, plan.trials);
  const added = await addTrials(control.database, { name: spec.name, source, spec, facts, trials: plan.trials });
  const { sweep } = added;
  // Once more, for until the trials were there to need them `prune` could take them away.
  await storeData(control, plan.trials);
  if (added.added === 0 && !added.searches && !(await isLeftBehind(control, sweep.id))) {
    throw new NothingToDoError(
      `Expected the file to ask for trials that sweep \`${sweep.name}\` does not have, found all ${added.present} there already.`,
    );
  }
  if (sweep.state !== 'paused') await goOn(control, sweep, chooseDevice);
  return { ...added, unstored };
}
