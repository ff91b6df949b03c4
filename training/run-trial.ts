// From a request to a trained trial: loads what it needs, checks that it is what was launched, trains.
import { setTimeout } from 'node:timers/promises';
import { fingerprintData } from '../data/dataset.ts';
import type { Encoded } from '../data/encode.ts';
import { DataError } from '../data/error.ts';
import type { Backbone } from '../lpt/backbone.ts';
import type { Method } from '../lpt/method.ts';
import { createMethod } from '../lpt/methods.ts';
import { textPositions } from '../sweep/arithmetic.ts';
import { stateBytes } from '../sweep/memory.ts';
import { descriptorOf } from '../sweep/methods/index.ts';
import { readingOf } from '../sweep/reading.ts';
import { stepBytes } from '../sweep/step-memory.ts';
import type { TaskSettings } from '../sweep/task.ts';
import { longestTexts } from './batches.ts';
import { Lookups } from './lookups.ts';
import type { TrainRequest } from './messages.ts';
import { Cancelled, type Pulse } from './pulse.ts';
import type { ResidentBackbone } from './resident-backbone.ts';
import type { Needs, Room } from './room.ts';
import type { Run } from './run.ts';
import type { SharedSteps } from './shared-steps.ts';
import { partsOf } from './shrink.ts';
import { SplitInputs } from './split-inputs.ts';
import { TimeMeter } from './time-meter.ts';
import { train, type Trained } from './train.ts';

export interface TrialSurroundings {
  resident: ResidentBackbone;
  pulse: Pulse;
  /** Where the trials of one trainer meet. */
  steps: SharedSteps;
  /** What its trials hold. */
  room: Room;
  /** In milliseconds, never running backwards. */
  now: () => number;
}

/** @throws ConfigurationError, DataError, DivergedError, TooLargeError */
export async function runTrial(request: TrainRequest, surroundings: TrialSurroundings): Promise<Trained> {
  const time = new TimeMeter(surroundings.now);
  try {
    const prepared = await surroundings.pulse.timed('loading', 0, () => prepare(request, surroundings, time));
    try {
      return await trainWithRoom(prepared, surroundings);
    } finally {
      prepared.release();
    }
  } catch (error) {
    if (error instanceof Cancelled) return { type: 'cancelled', step: 0 };
    throw error;
  }
}

/** Between two looks at whether there is room. */
const LOOK_EVERY_MS = 500;

/** A trial that waits for room has no method yet: in full tuning it is as large as the backbone. */
type Prepared = Omit<Run, 'method'> & { makeMethod: () => Method };

function trainWithRoom(prepared: Prepared, { room, pulse }: TrialSurroundings): Promise<Trained> {
  const pause = async (): Promise<void> => {
    await setTimeout(LOOK_EVERY_MS);
    await pulse.beat('loading', 0);
  };
  const begin = async (): Promise<Trained> => {
    const method = prepared.makeMethod();
    try {
      return await train({ ...prepared, method });
    } finally {
      method.dispose();
    }
  };
  return room.within(prepared, { begin, pause });
}

async function prepare(
  request: TrainRequest,
  { resident, pulse, steps }: TrialSurroundings,
  time: TimeMeter,
): Promise<Prepared> {
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
  const makeMethod = (): Method =>
    createMethod({
      ...{ settings: trial.method, backbone, trainSeed: trial.trainSeed, labels: labelWordIds.length },
      ...{ frozenDropout: trial.training.frozenDropout, ordinaryWordIds: tokenizer.wordIds() },
    });
  const { template } = trial.task;
  const [{ architecture }, { isByteLevel }] = [backbone.config, tokenizer];
  const reading = readingOf({ method: trial.method, template, architecture, isByteLevel });
  const lookups = new Lookups();
  const inputLayers = descriptorOf(trial.method.method).inputLayers(trial.method, backbone.config.layers);
  const kept = { hiddenStates, inputLayers, layersToKeep, lookups };
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
  loaded.splits.kept.hold(encoded);
  const release = (): void => {
    loaded.splits.kept.release(encoded);
    Object.values(inputs).forEach((one) => one.release());
  };
  const prepared: Prepared = {
    ...{ trial, trialKey, reading, makeMethod, inputs, shortened, labelWordIds, lookups, time, shrink, pulse, steps },
    ...{ backbone, release, ...needsOf(request, inputs.train, backbone) },
  };
  return checkpoint ? { ...prepared, checkpoint } : prepared;
}

function needsOf({ trial, shrink = 0 }: TrainRequest, train: SplitInputs, { config }: Backbone): Needs {
  const { steps, batchSize, frozenDropout } = trial.training;
  const texts = { ...longestTexts(train.examples, batchSize), parts: partsOf(batchSize, shrink).length };
  const { values, moments, best } = stateBytes(trial, config);
  const keeps = steps > 0 && !frozenDropout;
  return {
    ...{ stepBytes: stepBytes(trial, texts, config), trainedBytes: values + moments, bestBytes: best },
    comingBytes: () => (keeps ? train.comingBytes() : 0),
  };
}

async function checkData(task: TaskSettings): Promise<void> {
  const found = await fingerprintData(task.data.files, task.data.columns);
  if (found === task.data.fingerprint) return;
  throw new DataError(
    `Expected the data of task ${task.name} to have the fingerprint ${task.data.fingerprint}, found ${found}: the files changed.`,
  );
}
