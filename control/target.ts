// What a verb is about: a whole sweep, the trials that a selection chooses, or one trial.
import { NothingToDoError } from '../db/errors.ts';
import type { Ordered } from '../db/orders.ts';
import { countChosen, listValues, type Choice } from '../db/selection.ts';
import { findSweep, type StateCounts, type SweepRow } from '../db/sweeps.ts';
import { findTrialByName, trialName } from '../db/trial-reference.ts';
import { describeSelection, parseSelection, type Selection } from '../sweep/selection.ts';
import { TRIAL_STATES } from '../sweep/states.ts';
import type { Control } from './control.ts';

/** In a person's words; a trial says of itself which sweep it belongs to. */
export type Asked =
  | { sweep: string; where?: string | undefined; trial?: undefined }
  | { trial: string; sweep?: undefined; where?: undefined };

export interface Target {
  sweep: SweepRow;
  choice: Choice;
  /** `sweep demo`, `trial demo/3`. */
  words: string;
}

/** @throws UnknownSweepError, UnknownTrialError or SelectionError */
export async function findTarget({ database }: Pick<Control, 'database'>, asked: Asked): Promise<Target> {
  if (asked.trial !== undefined) {
    const found = await findTrialByName(database, asked.trial);
    const choice = { sweepId: found.sweep.id, ids: [found.trial.id] };
    return { sweep: found.sweep, choice, words: `trial \`${trialName(found)}\`` };
  }
  const where = asked.where === undefined ? undefined : parseSelection(asked.where);
  const sweep = await findSweep(database, asked.sweep);
  const words = where === undefined ? '' : ` with ${describeSelection(where)}`;
  return { sweep, choice: { sweepId: sweep.id, where }, words: `sweep \`${sweep.name}\`${words}` };
}

/** @throws NothingToDoError where the order changed nothing; `verb` as in "to pause" */
export async function assertChanged(
  control: Pick<Control, 'database'>,
  target: Target,
  { verb, ordered }: { verb: string; ordered: Ordered },
): Promise<void> {
  if (ordered.changed + ordered.stopping > 0) return;
  if (ordered.chosen === 0) throw await nothingChosen(control, target);
  const found = stateWords(await countChosen(control.database, target.choice));
  throw new NothingToDoError(`Expected ${target.words} to have something to ${verb}, found ${found}.`);
}

/** `2 complete, 1 paused`. */
export function stateWords(counts: StateCounts): string {
  return TRIAL_STATES.flatMap((state) => (counts[state] === 0 ? [] : [`${counts[state]} ${state}`])).join(', ');
}

async function nothingChosen({ database }: Pick<Control, 'database'>, target: Target): Promise<NothingToDoError> {
  const { sweep, choice } = target;
  const where: Selection = choice.where ?? [];
  const known = await Promise.all(where.map(({ field }) => listValues(database, { sweepId: sweep.id, field })));
  const lines = where.map(({ field }, index) => `${field}: ${known[index]?.join(', ') || 'none'}`);
  return new NothingToDoError(
    `Expected \`${describeSelection(where)}\` to choose trials of sweep \`${sweep.name}\`, found none. Its trials have ${lines.join('; ')}.`,
  );
}
