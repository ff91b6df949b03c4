// A sweep of as many trials as are wanted, on a backbone of a few kilobytes: every trial really trains, for one step.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sources } from '../../control/facts.ts';
import { planSweep, type PlannedSweep } from '../../control/plan.ts';
import { tinyReviews, writeTinyBackbone } from '../../test/support/tiny-backbone.ts';

/** Trials of one data seed: 3 layers × 4 lengths × 2 generators × 4 rates, and prompt tuning at 4 rates. */
const TRIALS_A_SEED = 100;

export interface ManyTrials {
  name: string;
  trials: number;
  /** Trials in flight at one time. */
  window: number;
}

export interface Written {
  planned: PlannedSweep;
  source: string;
  backboneFolder: string;
  /** From the file's text to the list of trials. */
  planMs: number;
}

/** Rounds up to whole data seeds. */
export async function planMany(folder: string, many: ManyTrials): Promise<Written> {
  const data = join(folder, 'data');
  const backboneFolder = join(folder, 'backbone');
  await mkdir(data, { recursive: true });
  await writeTinyBackbone(backboneFolder);
  await writeFile(join(data, 'train.tsv'), tinyReviews(120));
  await writeFile(join(data, 'test.tsv'), tinyReviews(8));
  const source = sourceOf(many, { data, backboneFolder });
  const sources: Sources = {
    resolveBackbone: () => Promise.resolve({ folder: backboneFolder }),
    resolveDataset: () => Promise.resolve({ train: join(data, 'train.tsv'), test: join(data, 'test.tsv') }),
  };
  const started = performance.now();
  const planned = await planSweep({ path: join(folder, 'sweep.yaml'), text: source }, sources);
  return { planned, source, backboneFolder, planMs: performance.now() - started };
}

function sourceOf({ name, trials, window }: ManyTrials, folders: { data: string; backboneFolder: string }): string {
  const seeds = Math.ceil(trials / TRIALS_A_SEED);
  return `
name: ${name}
backbone: ${folders.backboneFolder}
tasks:
  - task: reviews
    data: ${folders.data}
    template: '{sentence} . it was <mask> .'
    labelWords: { 0: terrible, 1: great }
regime: { fewShot: 8, devSize: 8 }
dataSeeds: { from: 1, to: ${seeds} }
training: { steps: 1, batchSize: 8, evaluateEvery: 1, learningRate: [0.0005, 0.001, 0.005, 0.01] }
maxTrials: ${seeds * TRIALS_A_SEED}
window: ${window}
methods:
  - { method: prompt-tuning, promptLength: 5 }
  - { method: lpt, insertionLayer: [1, 2, 3], promptLength: [1, 2, 3, 4], generator: [none, npg], bottleneck: 8 }
`;
}
