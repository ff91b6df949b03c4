// The trials of bench/sweep.ts, planned as a sweep file's are: late prompt tuning by layer, length and data seed.
import type { PlannedTrial } from '../../sweep/plan.ts';
import { planFile } from '../measuring/plan-file.ts';
import type { SweepOptions } from './options.ts';

/** In the order in which a sweep runs them. @throws what a launch throws for a wrong sweep file */
export async function planSweepTrials(options: SweepOptions, cacheFolder: string): Promise<PlannedTrial[]> {
  const { plan } = await planFile(sweepFile(options), cacheFolder);
  return plan.trials;
}

function sweepFile({ task, data, k, devSize, testSize, seeds, layers, lengths, model, ...options }: SweepOptions) {
  return {
    name: 'bench-sweep',
    backbone: model,
    tasks: [{ task, data }],
    regime: { fewShot: k, devSize, testSize },
    dataSeeds: seeds,
    training: { steps: options.steps, batchSize: 16, evaluateEvery: options.every },
    methods: [{ method: 'lpt', insertionLayer: layers, promptLength: lengths, generator: 'npg', bottleneck: 128 }],
  };
}
