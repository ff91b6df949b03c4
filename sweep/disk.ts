// Pure: what a sweep adds to the database, and what its hidden states take where they are kept.
import { taskOf, testSize } from './arithmetic.ts';
import type { SweepFacts } from './facts.ts';
import { keptExamples, keptLayers, keptNumbers } from './kept-training.ts';
import type { PlannedTrial } from './plan.ts';
import { sum } from './statistics.ts';
import { trainedNumbers } from './trained-numbers.ts';
import { CURVES } from './training.ts';
import type { Trial } from './trial.ts';

const MIB = 2 ** 20;
const BYTES = 4;
/** A checkpoint that is larger is not kept: full tuning's is. Such a trial starts again from step 0, and its seeds give it the same numbers. */
export const LARGEST_CHECKPOINT_BYTES = 256 * MIB;
/** A point of a curve: its values, Postgres's own columns, and its place in the index. */
const POINT_BYTES = 130;
/** A trial with its configuration, its attempts and their provenance. */
const TRIAL_BYTES = 12_000;

/** MiB in Postgres once all are complete: the weights that scored test, curves, predictions, and what each trial is. */
export function databaseMiB(trials: readonly PlannedTrial[], facts: SweepFacts): number {
  return sum(trials.map(({ trial }) => trialBytes(trial, facts))) / MIB;
}

function trialBytes(trial: Trial, facts: SweepFacts): number {
  const { training } = trial;
  const weights = BYTES * trainedNumbers(trial, facts.backbone);
  const kept = weights > LARGEST_CHECKPOINT_BYTES ? 0 : weights;
  const points = CURVES.length * training.steps + Math.ceil(training.steps / training.evaluateEvery);
  return TRIAL_BYTES + kept + POINT_BYTES * points + BYTES * testSize(trial, taskOf(trial, facts));
}

/** MiB where all are kept: of each task's draws for all their layers; test examples are the same for all seeds. */
export function hiddenStatesMiB(trials: readonly Pick<PlannedTrial, 'trial'>[], facts: SweepFacts): number {
  const draws = new Map<string, Share>();
  const tests = new Map<string, Share>();
  for (const { trial } of trials) {
    const { task, dataSeed, regime, method } = trial;
    const layers = keptLayers(method, facts.backbone);
    const found = taskOf(trial, facts);
    const draw = `${task.name} ${dataSeed} ${JSON.stringify(regime)}`;
    add(draws, draw, {
      examples: keptExamples({ trial, task: found, backbone: facts.backbone }),
      tokens: found.meanTokens,
      layers,
    });
    add(tests, task.name, { examples: testSize(trial, found), tokens: found.meanTokens, layers });
  }
  const bytesOf = ({ examples, tokens, layers }: Share): number =>
    BYTES * examples * keptNumbers(new Set(layers), tokens, facts.backbone);
  return sum([...draws.values(), ...tests.values()].map(bytesOf)) / MIB;
}

interface Share {
  examples: number;
  /** Of an example, on average. */
  tokens: number;
  layers: number[];
}

function add(shares: Map<string, Share>, key: string, share: Share): void {
  const { layers = [], examples = 0 } = shares.get(key) ?? {};
  shares.set(key, { ...share, examples: Math.max(examples, share.examples), layers: [...layers, ...share.layers] });
}
