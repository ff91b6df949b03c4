// The trials of bench/quality.ts, planned as a sweep file's are: late prompt tuning and prompt tuning, by task and seed.
import { join } from 'node:path';
import type { PlannedTrial } from '../../sweep/plan.ts';
import { planFile } from '../measuring/plan-file.ts';
import { METHODS_COMPARED, type ComparedMethod, type QualityOptions } from './options.ts';

/** Where the prompt of LPT goes: the middle of BERT-base. */
export const INSERTION_LAYER = 6;

const LPT = { insertionLayer: INSERTION_LAYER, promptLength: 5, generator: 'npg', bottleneck: 128, dropout: 0.1 };
const PROMPT_TUNING = { promptLength: 20 };

/** Task after task, data seed after data seed, LPT before prompt tuning. @throws what a launch throws for a wrong sweep file */
export async function planTrials(options: QualityOptions, cacheFolder: string): Promise<PlannedTrial[]> {
  const { plan } = await planFile(sweepFile(options), cacheFolder);
  const place = ({ trial }: PlannedTrial): number[] => [
    options.tasks.indexOf(trial.task.name),
    options.seeds.indexOf(trial.dataSeed),
    METHODS_COMPARED.indexOf(trial.method.method as ComparedMethod),
  ];
  return plan.trials.toSorted((one, other) => compare(place(one), place(other)));
}

function sweepFile({ tasks, data, k, devSize, testSize, methods, steps, every, ...options }: QualityOptions) {
  const settings = {
    lpt: { ...LPT, training: { learningRate: options.learningRates } },
    'prompt-tuning': { ...PROMPT_TUNING, training: { learningRate: options.promptTuningRates } },
  };
  return {
    name: 'quality',
    backbone: options.model,
    tasks: tasks.map((task) => ({ task, data: join(data, task) })),
    regime: { fewShot: k, devSize, testSize },
    dataSeeds: options.seeds,
    trainSeeds: options.trainSeeds,
    training: { steps, batchSize: 16, evaluateEvery: every },
    methods: methods.map((method) => ({ method, ...settings[method] })),
  };
}

function compare(one: number[], other: number[]): number {
  return one.map((value, index) => value - (other[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
