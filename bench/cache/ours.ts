// Our side of bench/cache.ts, a process of its own: `tsx ours.ts THREADS TRIALS SCRATCH`, TRIALS being a file with a list
// of them as JSON. For each line on standard input it answers with a line of JSON:
// `fill INDEX` keeps that trial's training split, from disk where it is there; `kept INDEX N` and `anew INDEX N` run N steps.
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { loadEncodedSplits } from '../../data/encoded-splits.ts';
import { createMethod } from '../../lpt/methods.ts';
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import { textPositions } from '../../sweep/arithmetic.ts';
import type { Trial } from '../../sweep/trial.ts';
import { BatchOrder, disposeBatch } from '../../training/batches.ts';
import { computedBy } from '../../training/computed-by.ts';
import { BlockStore } from '../../training/disk/block-store.ts';
import { recipeOf } from '../../training/disk/recipe.ts';
import { ResidentBackbone } from '../../training/resident-backbone.ts';
import { SplitInputs } from '../../training/split-inputs.ts';
import { trainStep } from '../../training/step.ts';
import { TrainingState } from '../../training/training-state.ts';
import { versionOf } from '../measuring/tensorflow-version.ts';

const MEMORY_BYTES = 2 ** 30;
const DISK_BYTES = 4 * 2 ** 30;

const [threads = '2', trialsFile = '', scratch = ''] = process.argv.slice(2);
const trials = JSON.parse(await readFile(trialsFile, 'utf8')) as Trial[];
const made = computedBy(await loadTensorflow({ threads: Number(threads), device: 'cpu' }));
const openDisk = () =>
  Promise.resolve(new BlockStore({ folder: scratch, limitBytes: DISK_BYTES, recipe: recipeOf(made), say: complain }));
answer({ version: versionOf(made), hardware: made.hardware, threads: Number(threads) });

/** Memory is empty at the start and after `forget`: what is found then is on disk. */
let resident = new ResidentBackbone(MEMORY_BYTES, openDisk);
for await (const line of createInterface({ input: process.stdin })) {
  const [kind, index, count] = line.split(' ');
  if (kind === 'forget') answer(forget());
  else answer(await run(trialAt(Number(index)), { isKept: kind !== 'anew', steps: Number(count ?? 0) }));
}

function forget(): object {
  resident.release();
  resident = new ResidentBackbone(MEMORY_BYTES, openDisk);
  return {};
}

function trialAt(index: number): Trial {
  const trial = trials[index];
  if (!trial) throw new RangeError(`Expected a trial's index below ${trials.length}, found ${index}.`);
  return trial;
}

interface Running {
  /** Hidden states from what is kept; or computed for every batch anew. */
  isKept: boolean;
  steps: number;
}

async function run(trial: Trial, { isKept, steps }: Running): Promise<object> {
  const { backbone, hiddenStates, tokenizer } = await resident.load(trial.backbone.folder, trial.backbone);
  const maxTokens = textPositions(trial.method, backbone.config);
  const { train, labelWordIds } = await loadEncodedSplits(trial, { tokenizer, maxTokens });
  const method = createMethod({
    ...{ settings: trial.method, backbone, trainSeed: 1, labels: labelWordIds.length },
  });
  const inputs = new SplitInputs({
    ...{ examples: train.examples, labelWordIds, backbone, hiddenStates, inputLayers: method.inputLayers },
    layersToKeep: trials.flatMap((other) => ('insertionLayer' in other.method ? other.method.insertionLayer : [])),
    ...(isKept ? {} : { largestKeptBytes: 0 }),
  });
  const before = hiddenStates.counts();
  const started = performance.now();
  await inputs.keepAll(() => Promise.resolve());
  const fillMs = performance.now() - started;
  const after = hiddenStates.counts();
  const state = new TrainingState(method, trial.training.weightDecay);
  const taken = await takeSteps({ trial, inputs, state }, steps);
  state.dispose();
  method.dispose();
  const chunks = { computed: after.fills - before.fills, fromDisk: after.diskHits - before.diskHits };
  const tokens = train.examples.map(({ tokenIds }) => tokenIds.length);
  return { ...taken, fillMs, chunks, meanTokens: tokens.reduce((sum, one) => sum + one, 0) / tokens.length };
}

interface Stepping {
  trial: Trial;
  inputs: SplitInputs;
  state: TrainingState;
}

/** The making of the batch is part of a step. */
async function takeSteps({ trial, inputs, state }: Stepping, count: number) {
  const order = new BatchOrder(inputs.examples.length, trial.training.batchSize, trial.trainSeed);
  const ms: number[] = [];
  const losses: number[] = [];
  for (let index = 0; index < count; index++) {
    const started = performance.now();
    const batch = inputs.batch(order.at(state.step));
    const part = { first: 0, count: trial.training.batchSize, share: 1, batch };
    const points = await trainStep(state, [part], { trial });
    disposeBatch(batch);
    ms.push(performance.now() - started);
    losses.push(points.find(({ name }) => name === 'loss')?.value ?? Number.NaN);
  }
  return { ms, losses };
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

function answer(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
