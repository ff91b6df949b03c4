// Repeats a complete trial as a sweep of its own, and holds its numbers against the first ones. The original stays as it is.
import { listAttempts } from '../db/attempts.ts';
import { SweepExistsError, UnfinishedTrialError } from '../db/errors.ts';
import { createSweep, type SweepRow } from '../db/sweeps.ts';
import { loadNumbers } from '../db/trial-numbers.ts';
import { findTrialByName, trialName, type FoundTrial } from '../db/trial-reference.ts';
import { differingFields, type FieldDifference } from '../sweep/differences.ts';
import { compareNumbers, type Repetition } from '../sweep/repetition.ts';
import { isOpen } from '../sweep/states.ts';
import type { DeviceClass } from '../workflows/queues.ts';
import type { Control } from './control.ts';
import { refuseTooLarge, type Fitting } from './fitting.ts';
import { provenanceAmong } from './show.ts';
import { startSweepWorkflow } from './sweep-workflow.ts';

export interface Rerun {
  original: FoundTrial;
  /** `<sweep>-rerun-<n>`, with this one trial in it. */
  sweep: SweepRow;
}

export interface RerunReport extends Repetition {
  /** `demo/3`. */
  original: string;
  repeated: string;
  /** Steps that either took together with other trials: from there on only rounding is promised. */
  jointSteps: number;
  /** How often either was halved after it had run out of memory: from 1 on, too, only rounding is promised. */
  halvings: number;
  provenance: FieldDifference[];
}

/** @throws UnknownTrialError, UnknownSweepError or UnfinishedTrialError */
export async function findComplete({ database }: Pick<Control, 'database'>, asked: string): Promise<FoundTrial> {
  const found = await findTrialByName(database, asked);
  if (found.trial.state === 'complete') return found;
  throw new UnfinishedTrialError(
    `Expected trial \`${trialName(found)}\` to be complete, found it ${found.trial.state}.`,
  );
}

export interface RerunRequest extends Pick<Fitting, 'offerHere'> {
  original: FoundTrial;
}

/** Takes up a rerun of this trial that was left open, or makes a new one. @throws TooLargeError, before anything is written */
export async function openRerun(control: Control, { original, offerHere }: RerunRequest): Promise<Rerun> {
  const { trial, memoryMib: memoryMiB } = original.trial;
  const { device } = original.sweep.spec;
  await refuseTooLarge(control, { device, trials: [{ trial, memoryMiB }], offerHere });
  return { original, sweep: await openSweep(control, original) };
}

export async function startRerun(
  control: Control,
  { sweep }: Pick<Rerun, 'sweep'>,
  chooseDevice: () => Promise<DeviceClass>,
): Promise<void> {
  await startSweepWorkflow(control, sweep, await chooseDevice());
}

/** @throws when the repeated trial did not complete */
export async function compareRerun({ database }: Pick<Control, 'database'>, rerun: Rerun): Promise<RerunReport> {
  const { original } = rerun;
  const repeated = await findTrialByName(database, `${rerun.sweep.name}/0`);
  const [name, { state, errorMessage }] = [trialName(repeated), repeated.trial];
  if (state !== 'complete') {
    const reason = errorMessage === null ? '' : `: ${errorMessage}`;
    throw new Error(`Expected the repeated trial \`${name}\` to complete, found it ${state}${reason}`);
  }
  const numbers = await Promise.all([original, repeated].map(({ trial }) => loadNumbers(database, trial)));
  const attempts = await Promise.all([original, repeated].map(({ trial }) => listAttempts(database, trial.id)));
  const [before, after] = attempts.map(provenanceAmong);
  const [first, second] = numbers;
  if (!first || !second) throw new Error('Expected the numbers of two trials, found fewer.');
  return {
    ...{ original: trialName(original), repeated: name },
    jointSteps: Math.max(original.trial.jointSteps ?? 0, repeated.trial.jointSteps ?? 0),
    halvings: Math.max(0, ...attempts.flat().map(({ shrink }) => shrink)),
    ...compareNumbers(first, second),
    provenance: differingFields(before, after),
  };
}

async function openSweep({ database }: Control, { trial: row, sweep }: FoundTrial): Promise<SweepRow> {
  const { trialKey, configurationKey, trial, memoryMib: memoryMiB } = row;
  const { stepFlops, stepTokens, backboneParameters, flops } = row;
  const estimates = { stepFlops, stepTokens, backboneParameters, flops, memoryMiB };
  const trials = [{ position: 0, trialKey, configurationKey, trial, ...estimates }];
  const source = `# Trial ${row.position} of sweep ${sweep.name}, repeated.\n${sweep.source}`;
  for (let n = 1; ; n += 1) {
    const name = `${sweep.name}-rerun-${n}`;
    const made = await createSweep(database, { name, source, spec: { ...sweep.spec, name }, trials }).catch(
      (error: unknown) => {
        // The number belongs to another trial of the sweep.
        if (error instanceof SweepExistsError) return null;
        throw error;
      },
    );
    if (made && (made.created || isOpen(made.sweep))) return made.sweep;
  }
}
