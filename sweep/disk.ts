// Pure: what a sweep adds to the database, and what its hidden states take where they are kept.
import { drawn, keptLayers, taskOf, testSize } from './arithmetic.ts';
import type { SweepFacts } from './facts.ts';
import { descriptorOf } from './methods/index.ts';
import type { PlannedTrial } from './plan.ts';
import { CURVES, type Trial } from './trial.ts';

const MIB = 2 ** 20;
const BYTES = 4;
/** A checkpoint that is larger is not kept. */
const LARGEST_CHECKPOINT_BYTES = 256 * MIB;
/** A point of a curve: its values, Postgres's own columns, and its place in the index. */
const POINT_BYTES = 130;
/** A trial with its configuration, its attempts and their provenance. */
const TRIAL_BYTES = 12_000;

/** MiB in Postgres once all are complete: the weights that scored test, curves, predictions, and what each trial is. */
export function databaseMiB(trials: readonly PlannedTrial[], facts: SweepFacts): number {
  return sum(trials.map(({ trial }) => trialBytes(trial, facts))) / MIB;
}

function trialBytes(trial: Trial, facts: SweepFacts): number {
  const { method, training } = trial;
  const labels = Object.keys(trial.task.labelWords).length;
  const weights = BYTES * descriptorOf(method.method).trainable(method, { ...facts.backbone, labels });
  const kept = weights > LARGEST_CHECKPOINT_BYTES ? 0 : weights;
  const points = CURVES.length * training.steps + Math.ceil(training.steps / training.evaluateEvery);
  return TRIAL_BYTES + kept + POINT_BYTES * points + BYTES * testSize(trial, taskOf(trial, facts));
}

/** MiB of every layer that some trial starts from, for each draw; test examples are the same for all draws. */
export function hiddenStatesMiB(trials: readonly PlannedTrial[], facts: SweepFacts): number {
  const keeping = trials.map(({ trial }) => trial).filter(({ method }) => keptLayers(method, facts).length > 0);
  const tasks = [...new Set(keeping.map(({ task }) => task.name))];
  const bytes = tasks.map((name) => {
    const own = keeping.filter(({ task }) => task.name === name);
    const [first] = own;
    if (first === undefined) return 0;
    const task = taskOf(first, facts);
    const layers = new Set(own.flatMap(({ method }) => keptLayers(method, facts)));
    const draws = new Map(own.map((trial) => [`${trial.dataSeed} ${JSON.stringify(trial.regime)}`, trial]));
    const examples = sum([...draws.values()].map((trial) => drawn(trial, task))) + testSize(first, task);
    return BYTES * layers.size * examples * task.meanTokens * facts.backbone.hiddenSize;
  });
  return sum(bytes) / MIB;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
