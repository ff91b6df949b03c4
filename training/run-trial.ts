// From a request to a trained trial: loads what it needs, checks that it is what was launched, trains.
import { fingerprintData } from '../data/dataset.ts';
import type { Encoded } from '../data/encode.ts';
import { DataError } from '../data/error.ts';
import { createMethod } from '../lpt/methods.ts';
import { textPositions } from '../sweep/arithmetic.ts';
import { stateBytes } from '../sweep/memory.ts';
import { stepBytes } from '../sweep/step-memory.ts';
import type { TaskSettings } from '../sweep/task.ts';
import { longestTexts } from './batches.ts';
import { Lookups } from './lookups.ts';
import type { TrainRequest } from './messages.ts';
import { Cancelled, type Pulse } from './pulse.ts';
import type { ResidentBackbone } from './resident-backbone.ts';
import type { Run } from './run.ts';
import type { SharedSteps } from './shared-steps.ts';
import { partsOf } from './shrink.ts';
import { SplitInputs } from './split-inputs.ts';
import { TimeMeter } from './time-meter.ts';
import { TooLargeError } from './too-large.ts';
import { train, type Trained } from './train.ts';

export interface TrialSurroundings {
  resident: ResidentBackbone;
  pulse: Pulse;
  /** Where the trials of one trainer meet. */
  steps: SharedSteps;
  /** Bytes that a step may need; a trial whose steps need more is not begun. */
  free: () => number;
  /** In milliseconds, never running backwards. */
  now: () => number;
}

/** @throws ConfigurationError, DataError, DivergedError, TooLargeError */
export async function runTrial(request: TrainRequest, surroundings: TrialSurroundings): Promise<Trained> {
  const time = new TimeMeter(surroundings.now);
  try {
    const prepared = await surroundings.pulse.timed('loading', 0, () => prepare(request, surroundings, time));
    try {
      makeRoom(prepared, surroundings);
      return await train(prepared);
    } finally {
      prepared.method.dispose();
      prepared.release();
    }
  } catch (error) {
    if (error instanceof Cancelled) return { type: 'cancelled', step: 0 };
    throw error;
  }
}

/** What is kept for later trials goes before a trial is refused. @throws TooLargeError */
function makeRoom({ stepBytes, comingBytes }: Run, { resident, free }: TrialSurroundings): void {
  if (stepBytes + comingBytes() <= free()) return;
  resident.forget();
  const [needed, left] = [stepBytes + comingBytes(), free()];
  if (needed > left) throw new TooLargeError(needed, left);
}

async function prepare(
  request: TrainRequest,
  { resident, pulse, steps }: TrialSurroundings,
  time: TimeMeter,
): Promise<Run> {
  const { trial, trialKey, backboneFolder, checkpoint, layersToKeep, shrink = 0 } = request;
  const afterSome = (): Promise<void> => pulse.beat('loading', 0);
  await afterSome();
  const loaded = await resident.load(backboneFolder, trial.backbone, afterSome);
  const { backbone, hiddenStates, tokenizer } = loaded;
  await afterSome();
  await checkData(trial.task);
  const maxTokens = textPositions(trial.method, backbone.config);
  const encoded = await loaded.splits.load({ request: trial, maxTokens, afterSome });
  const { labelWordIds, ...splits } = encoded;
  await afterSome();
  const method = createMethod({
    ...{ settings: trial.method, backbone, trainSeed: trial.trainSeed, labels: labelWordIds.length },
    ...{ frozenDropout: trial.training.frozenDropout, ordinaryWordIds: tokenizer.wordIds() },
  });
  const lookups = new Lookups();
  const kept = { hiddenStates, inputLayers: method.inputLayers, layersToKeep, lookups };
  const shared = { labelWordIds, backbone, shrink, ...kept };
  const inputsOf = ({ examples }: Encoded) => new SplitInputs({ ...shared, examples });
  const mismatched = splits['test-mismatched'];
  const inputs = {
    train: inputsOf(splits.train),
    dev: inputsOf(splits.dev),
    test: inputsOf(splits.test),
    ...(mismatched ? { 'test-mismatched': inputsOf(mismatched) } : {}),
  };
  const shortened = Object.fromEntries(Object.entries(splits).map(([split, encoded]) => [split, encoded.shortened]));
  const parts = partsOf(trial.training.batchSize, shrink).length;
  const texts = { ...longestTexts(splits.train.examples, trial.training.batchSize), parts };
  // The values are there with the method.
  const { moments, best } = stateBytes(trial, backbone.config);
  loaded.splits.hold(encoded);
  const release = (): void => {
    loaded.splits.release(encoded);
    Object.values(inputs).forEach((one) => one.release());
  };
  const run: Run = {
    ...{ trial, trialKey, method, inputs, shortened, labelWordIds, lookups, time, shrink, pulse, steps },
    ...{ backbone, release, stepBytes: stepBytes(trial, texts, backbone.config) },
    comingBytes: () => moments + best + (trial.training.frozenDropout ? 0 : inputs.train.comingBytes()),
  };
  return checkpoint ? { ...run, checkpoint } : run;
}

async function checkData(task: TaskSettings): Promise<void> {
  const found = await fingerprintData(task.data.files, task.data.columns);
  if (found === task.data.fingerprint) return;
  throw new DataError(
    `Expected the data of task ${task.name} to have the fingerprint ${task.data.fingerprint}, found ${found}: the files changed.`,
  );
}
