// From a request to a trained trial: loads what it needs, checks that it is what was launched, trains.
import { fingerprintData } from '../data/dataset.ts';
import type { Encoded } from '../data/encode.ts';
import { loadEncodedSplits } from '../data/encoded-splits.ts';
import { DataError } from '../data/error.ts';
import { createMethod } from '../lpt/methods.ts';
import { promptLength } from '../sweep/arithmetic.ts';
import { trialKey } from '../sweep/trial-key.ts';
import type { TaskSettings } from '../sweep/trial.ts';
import { Lookups } from './lookups.ts';
import type { TrainRequest } from './messages.ts';
import { Cancelled, type Pulse } from './pulse.ts';
import type { ResidentBackbone } from './resident-backbone.ts';
import { SplitInputs } from './split-inputs.ts';
import { train, type Run, type Trained } from './train.ts';

export interface TrialSurroundings {
  resident: ResidentBackbone;
  pulse: Pulse;
  /** Milliseconds, from anywhere. */
  now: () => number;
}

/** @throws ConfigurationError, DataError, DivergedError */
export async function runTrial(request: TrainRequest, surroundings: TrialSurroundings): Promise<Trained> {
  try {
    const prepared = await surroundings.pulse.timed('loading', 0, () => prepare(request, surroundings));
    const { method } = prepared;
    return await train(prepared).finally(() => method.dispose());
  } catch (error) {
    if (error instanceof Cancelled) return { type: 'cancelled', step: 0 };
    throw error;
  }
}

async function prepare(request: TrainRequest, { resident, pulse, now }: TrialSurroundings): Promise<Run> {
  const { trial, backboneFolder, checkpoint, layersToKeep, shrink = 0 } = request;
  await pulse.beat('loading', 0);
  const { backbone, hiddenStates, tokenizer } = await resident.load(backboneFolder, trial.backbone.fingerprint);
  await checkData(trial.task);
  const maxTokens = backbone.config.maxPositions - promptLength(trial.method);
  const { labelWordIds, ...splits } = await loadEncodedSplits(trial, { tokenizer, maxTokens });
  await pulse.beat('loading', 0);
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
  const key = trialKey(trial);
  const run = { trial, trialKey: key, method, inputs, shortened, labelWordIds, lookups, shrink, pulse, now };
  return checkpoint ? { ...run, checkpoint } : run;
}

async function checkData(task: TaskSettings): Promise<void> {
  const found = await fingerprintData(task.data.files, task.data.columns);
  if (found === task.data.fingerprint) return;
  throw new DataError(
    `Expected the data of task ${task.name} to have the fingerprint ${task.data.fingerprint}, found ${found}: the files changed.`,
  );
}
