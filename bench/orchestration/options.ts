// What bench/orchestration.ts is asked to measure.
import { readFlags, wholeFlag, wholeFlags } from '../measuring/flags.ts';
import { TRAINERS, type TrainerKind } from './sweep-run.ts';

export interface OrchestrationOptions {
  json: boolean;
  /** Trials of the sweep that is run. */
  trials: number;
  trainers: TrainerKind[];
  /** Doubles that answer at one time. */
  doubles: number;
  window: number;
  /** Sizes of the databases that are asked: trials in all their sweeps. */
  stored: number[];
  metricsPerTrial: number;
  /** Measurements of each query. */
  runs: number;
}

const HELP = `npm run bench:orchestration -- [--json] [--trials 300] [--trainers answering,real] [--doubles 8] [--window 100]
  [--stored 2000] [--metrics-per-trial 100] [--runs 5]
How many trials a second Temporal, Postgres and one worker carry through, how long histories grow, and how long each command's
queries take. A trainer is real (a model of a few kilobytes, one step), or a double that answers at once.
The whole: --trials 10000 --stored 10000,100000 (about 3 GB of disk while it runs). --trials 0 or --stored 0 leaves a part out.
`;

/** Null where help was asked for, and has been printed. @throws for a value that cannot be */
export function readOrchestrationOptions(args: string[]): OrchestrationOptions | null {
  const values = readFlags({
    help: HELP,
    args,
    defaults: {
      trials: '300',
      trainers: TRAINERS.join(),
      doubles: '8',
      window: '100',
      stored: '2000',
      'metrics-per-trial': '100',
      runs: '5',
    },
  });
  if (values === null) return null;
  return {
    json: values.json,
    trials: wholeFlag('trials', values.trials, 0),
    trainers: values.trainers.split(',').map(trainerOf),
    doubles: wholeFlag('doubles', values.doubles),
    window: wholeFlag('window', values.window),
    stored: wholeFlags('stored', values.stored, 0).filter((size) => size > 0),
    metricsPerTrial: wholeFlag('metrics-per-trial', values['metrics-per-trial'], 0),
    runs: wholeFlag('runs', values.runs),
  };
}

function trainerOf(text: string): TrainerKind {
  const trainer = TRAINERS.find((kind) => kind === text);
  if (trainer !== undefined) return trainer;
  throw new Error(`Expected --trainers to be among ${TRAINERS.join(', ')}, found "${text}".`);
}
