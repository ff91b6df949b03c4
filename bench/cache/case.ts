// The trials that bench/cache.ts measures: the step of bench/step.ts on real sentences, one trial a task and layer.
import { join } from 'node:path';
import type { Trial } from '../../sweep/trial.ts';
import { planFile } from '../measuring/plan-file.ts';
import { caseSettings, stepCase } from '../step/case.ts';

export interface CacheCase {
  cacheFolder: string;
  model: string;
  /** Folder with one folder a task. */
  data: string;
  tasks: string[];
  layers: number[];
  /** Training examples drawn from each task. */
  examples: number;
  /** Of each trial, for its schedule. */
  steps: number;
}

export interface PlannedCase {
  /** By task, then by layer. */
  trials: Trial[];
  /** L. */
  layersOfBackbone: number;
}

/** @throws what a launch throws for a wrong sweep file */
export async function planCacheCase(wanted: CacheCase): Promise<PlannedCase> {
  const { plan, facts } = await planFile(sweepFile(wanted), wanted.cacheFolder);
  return { trials: plan.trials.map(({ trial }) => trial), layersOfBackbone: facts.backbone.layers };
}

function sweepFile({ model, data, tasks, layers, examples, steps }: CacheCase) {
  const { batch, learningRate, weightDecay } = stepCase(0);
  return {
    name: 'cache',
    backbone: model,
    tasks: tasks.map((task) => ({ task, data: join(data, task) })),
    regime: { fewShot: examples, devSize: examples, testSize: examples },
    ...{ dataSeeds: [13], trainSeeds: [1] },
    training: { steps, batchSize: batch, learningRate, weightDecay },
    methods: layers.map((layer) => caseSettings(stepCase(layer))),
  };
}
