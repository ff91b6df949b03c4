// A whole sweep over insertion layers, prompt lengths and seeds against a PyTorch loop over the very same trials: the same
// examples, initial values, order and dropout, each batch through all the layers, as the method's authors train.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../runtime/environment.mjs';
import type { PlannedTrial } from '../sweep/plan.ts';
import { toThousandths } from './measuring/summary.ts';
import { findPytorch } from './pytorch/find.ts';
import { createOurs } from './quality/ours.ts';
import { Reference } from './quality/reference.ts';
import { readSweepOptions, type SweepOptions } from './sweep/options.ts';
import { compareSides, placeOf, sweepReport, type SweepSide, type Trained } from './sweep/report.ts';
import { planSweepTrials } from './sweep/trials.ts';

type Train = (planned: PlannedTrial) => Promise<{ devScore: number }>;

const environment = readEnvironment();
const options = readSweepOptions(process.argv.slice(2));
if (options !== null) await compare(options);

async function compare(asked: SweepOptions): Promise<void> {
  const trials = await planSweepTrials(asked, environment.cacheFolder);
  const sides = { ours: await trainByUs(trials, asked), pytorch: await trainByPytorch(trials, asked) };
  const found = compareSides(trials, sides, asked);
  process.stdout.write(asked.json ? `${JSON.stringify(found)}\n` : sweepReport(found));
}

/** One trainer takes them in the order in which a sweep runs them, and keeps what they share. */
async function trainByUs(trials: PlannedTrial[], { threads, layers, joint }: SweepOptions): Promise<SweepSide> {
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

async function trainByPytorch(trials: PlannedTrial[], { threads }: SweepOptions): Promise<SweepSide> {
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

/** In the order of the trials. */
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
      const { layer, promptLength, dataSeed } = placeOf(planned);
      const what = `${side} ${index + 1}/${trials.length}: layer ${layer}, length ${promptLength}, data seed ${dataSeed}`;
      process.stderr.write(`${what}, dev ${(100 * devScore).toFixed(1)}, ${seconds.toFixed(1)} s\n`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, takeOneAfterAnother));
  return trained;
}

function secondsSince(began: number): number {
  return toThousandths((performance.now() - began) / 1000);
}
