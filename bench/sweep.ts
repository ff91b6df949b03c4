// A whole sweep over insertion layers, prompt lengths and seeds against a PyTorch loop over the very same trials: the same
// examples, initial values, order and dropout, each batch through all the layers, as the method's authors train.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../runtime/environment.mjs';
import type { PlannedTrial } from '../sweep/plan.ts';
import { mean } from '../sweep/statistics.ts';
import { findPytorch } from './pytorch.ts';
import { createOurs } from './quality-ours.ts';
import { Reference } from './quality-reference.ts';
import { rounded } from './summary.ts';
import { planSweepTrials, readSweepOptions, type SweepOptions } from './sweep-trials.ts';

interface Trained {
  seconds: number;
  devScore: number;
}
type Train = (planned: PlannedTrial) => Promise<{ devScore: number }>;

const environment = readEnvironment();
const options = readSweepOptions();
if (options !== null) await compare(options);

async function compare(asked: SweepOptions): Promise<void> {
  const trials = await planSweepTrials(asked, environment.cacheFolder);
  const ours = await trainByUs(trials, asked);
  const pytorch = await trainByPytorch(trials, asked);
  const difference = mean(
    ours.trained.map(({ devScore }, index) => devScore - (pytorch.trained[index]?.devScore ?? 0)),
  );
  const found = {
    ratio: rounded(pytorch.seconds / ours.seconds),
    meanDevDifference: rounded(difference),
    trials: trials.length,
    ...{ seconds: { ours: ours.seconds, pytorch: pytorch.seconds }, versions: [ours.version, pytorch.version] },
    ...(asked.joint === 1 && { byLayer: byLayer(trials, ours.trained, pytorch.trained) }),
    asked,
  };
  process.stdout.write(asked.json ? `${JSON.stringify(found)}\n` : report(found));
}

/** One trainer takes them in the order in which a sweep runs them, and keeps what they share. */
async function trainByUs(trials: PlannedTrial[], { threads, layers, joint }: SweepOptions) {
  const started = performance.now();
  const ours = createOurs({ threads, layersToKeep: layers });
  let version = '';
  const train: Train = async (planned) => {
    const found = await ours.train(planned, () => undefined);
    ({ version } = found);
    return found;
  };
  const trained = await trainAll(trials, { side: 'ours', train, atOnce: joint });
  const seconds = secondsSince(started);
  await ours.close();
  return { seconds, trained, version };
}

async function trainByPytorch(trials: PlannedTrial[], { threads }: SweepOptions) {
  const scratch = await mkdtemp(join(tmpdir(), 'lpt-sweep-bench-'));
  const pytorch = await findPytorch(environment);
  const started = performance.now();
  const backboneFolder = trials[0]?.trial.backbone.folder ?? '';
  const reference = await Reference.start({ pytorch, backboneFolder, threads, scratch, computesOnce: false });
  const train: Train = ({ trial }) => reference.train(trial, () => undefined);
  const trained = await trainAll(trials, { side: 'PyTorch', train, atOnce: 1 });
  const seconds = secondsSince(started);
  await reference.close();
  await rm(scratch, { recursive: true });
  return { seconds, trained, version: reference.version };
}

interface Training {
  side: string;
  train: Train;
  atOnce: number;
}

/** Loading the backbone counts on both sides. The seconds of trials that are trained at once overlap. */
async function trainAll(trials: PlannedTrial[], { side, train, atOnce }: Training): Promise<Trained[]> {
  const trained: Trained[] = [];
  const waiting = [...trials.entries()];
  const takeOneAfterAnother = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, planned] = next;
      const began = performance.now();
      const { devScore } = await train(planned);
      const seconds = secondsSince(began);
      trained[index] = { seconds, devScore };
      const what = `${side} ${index + 1}/${trials.length}: layer ${layerOf(planned)}, data seed ${planned.trial.dataSeed}`;
      process.stderr.write(`${what}, dev ${(100 * devScore).toFixed(1)}, ${seconds.toFixed(1)} s\n`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, takeOneAfterAnother));
  return trained;
}

function byLayer(trials: PlannedTrial[], ours: Trained[], pytorch: Trained[]) {
  return [...new Set(trials.map(layerOf))].map((layer) => {
    const secondsOf = (side: Trained[]): number =>
      rounded(mean(side.filter((_, index) => layerOf(trials[index]) === layer).map(({ seconds }) => seconds)));
    return { layer, secondsATrial: { ours: secondsOf(ours), pytorch: secondsOf(pytorch) } };
  });
}

function layerOf(planned: PlannedTrial | undefined): number {
  const method = planned?.trial.method;
  return method?.method === 'lpt' && typeof method.insertionLayer === 'number' ? method.insertionLayer : -1;
}

function report(
  found: { ratio: number; trials: number; seconds: { ours: number; pytorch: number } } & {
    meanDevDifference: number;
    byLayer?: ReturnType<typeof byLayer>;
  },
): string {
  const { seconds, ratio, trials, meanDevDifference } = found;
  const lines = (found.byLayer ?? []).map(
    ({ layer, secondsATrial: { ours, pytorch } }) =>
      `layer ${String(layer).padStart(2)}: ${ours.toFixed(1)} s a trial, PyTorch ${pytorch.toFixed(1)} s\n`,
  );
  const sum = `${trials} trials in ${seconds.ours.toFixed(0)} s, PyTorch ${seconds.pytorch.toFixed(0)} s: ${ratio} times as fast; `;
  return `${lines.join('')}${sum}dev scores ${(100 * meanDevDifference).toFixed(1)} points apart on average\n`;
}

function secondsSince(began: number): number {
  return rounded((performance.now() - began) / 1000);
}
