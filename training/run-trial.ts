// From a request to a trained trial: loads what it needs, checks that it is what was launched, trains.
import { fingerprintData, loadSplits } from '../data/dataset.ts';
import { encodeExamples, type EncodedExample } from '../data/encode.ts';
import { ConfigurationError, DataError } from '../data/error.ts';
import type { Example } from '../data/example.ts';
import { labelsOf } from '../data/template.ts';
import type { Tokenizer } from '../data/tokenizer.ts';
import { createMethod } from '../lpt/methods.ts';
import { descriptorOf } from '../sweep/methods/index.ts';
import { trialKey } from '../sweep/trial-key.ts';
import type { TaskSettings, Trial } from '../sweep/trial.ts';
import type { TrainRequest } from './messages.ts';
import { Cancelled, type Pulse } from './pulse.ts';
import type { Resident, ResidentBackbone } from './resident-backbone.ts';
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
    const prepared = await prepare(request, surroundings);
    const { method } = prepared;
    return await train(prepared).finally(() => method.dispose());
  } catch (error) {
    if (error instanceof Cancelled) return { type: 'cancelled', step: 0 };
    throw error;
  }
}

async function prepare(request: TrainRequest, { resident, pulse, now }: TrialSurroundings): Promise<Run> {
  const { trial, backboneFolder, checkpoint, layersToKeep } = request;
  await pulse.beat('loading', 0);
  const loaded = await resident.load(backboneFolder, trial.backbone.fingerprint);
  const { backbone, hiddenStates, tokenizer } = loaded;
  await checkData(trial.task);
  const labelWordIds = labelWordIdsOf(trial.task, tokenizer);
  const splits = await loadSplits(trial);
  const encoded = {
    train: encode(splits.train, trial, loaded),
    dev: encode(splits.dev, trial, loaded),
    test: encode(splits.test, trial, loaded),
  };
  await pulse.beat('loading', 0);
  const method = createMethod({
    ...{ settings: trial.method, backbone, trainSeed: trial.trainSeed, labels: labelWordIds.length },
    ...{ frozenDropout: trial.training.frozenDropout, ordinaryWordIds: tokenizer.wordIds() },
  });
  const shared = { labelWordIds, backbone, hiddenStates, inputLayers: method.inputLayers, layersToKeep };
  const inputs = {
    train: new SplitInputs({ ...shared, examples: encoded.train }),
    dev: new SplitInputs({ ...shared, examples: encoded.dev }),
    test: new SplitInputs({ ...shared, examples: encoded.test }),
  };
  const run = { trial, trialKey: trialKey(trial), method, inputs, labelWordIds, pulse, now };
  return checkpoint ? { ...run, checkpoint } : run;
}

async function checkData(task: TaskSettings): Promise<void> {
  const found = await fingerprintData(task.data.files, task.data.columns);
  if (found === task.data.fingerprint) return;
  throw new DataError(
    `Expected the data of task ${task.name} to have the fingerprint ${task.data.fingerprint}, found ${found}: the files changed.`,
  );
}

function labelWordIdsOf(task: TaskSettings, tokenizer: Tokenizer): number[] {
  return labelsOf(task.labelWords).map((label) => {
    const word = task.labelWords[label] ?? '';
    const id = tokenizer.tokenId(word);
    if (id === null) throw new ConfigurationError(`Expected the label word "${word}" to be one token, found several.`);
    return id;
  });
}

function encode(examples: Example[], { task, method }: Trial, { tokenizer, backbone }: Resident): EncodedExample[] {
  const added = descriptorOf(method.method).addedPositions?.(method) ?? 0;
  const maxTokens = backbone.config.maxPositions - added;
  return encodeExamples(examples, { ...task, tokenizer, maxTokens }).examples;
}
