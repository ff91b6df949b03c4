// Where a chaos run takes place: a folder with a tiny backbone, reviews, sweep files, and the state of its own servers.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childEnvironment, readEnvironment, type Environment } from '../../runtime/environment.mjs';
import { stopServices } from '../../runtime/services.ts';
import { tinyReviews, writeTinyBackbone } from '../../test/support/tiny-backbone.ts';

export const SWEEPS = ['calm', 'storm'] as const;
export type SweepName = (typeof SWEEPS)[number];

export interface Ground {
  folder: string;
  /** Of the processes that run here. */
  variables: Record<string, string>;
  environment: Environment;
  /** Stops the servers and takes the folder away. */
  leave(): Promise<void>;
}

export interface SweepSize {
  trials: number;
  steps: number;
}

/** Whatever servers the person who runs this has, these are others. */
const ON_ITS_OWN = { DATABASE_URL: undefined, TEMPORAL_ADDRESS: undefined, TEMPORAL_PROFILE: undefined };

export async function prepareGround(size: SweepSize): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'lpt-sweep-chaos-'));
  // Under root Postgres runs as another user, who must be able to reach its data.
  await chmod(folder, 0o755);
  await writeTinyBackbone(join(folder, 'backbone'));
  await mkdir(join(folder, 'reviews'));
  await writeFile(join(folder, 'reviews/train.tsv'), tinyReviews(160));
  await writeFile(join(folder, 'reviews/test.tsv'), tinyReviews(40));
  for (const name of SWEEPS) await writeFile(join(folder, `${name}.yaml`), sweepFile(name, size));
  const own = { LPT_SWEEP_STATE: join(folder, 'state'), LPT_SWEEP_DEVICE: 'cpu', LPT_SWEEP_THREADS: '1' };
  const variables = childEnvironment({ ...ON_ITS_OWN, ...own });
  const environment = readEnvironment(variables);
  return {
    ...{ folder, variables, environment },
    leave: async () => {
      await stopServices({ environment });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Methods whose steps differ: a network, a table, dropout in the frozen layers, matrices inside the layers. */
const METHODS = [
  '{ method: lpt, insertionLayer: 2, promptLength: 3, generator: npg, bottleneck: 8 }',
  '{ method: lpt, insertionLayer: 1, promptLength: 4, generator: none }',
  '{ method: prompt-tuning, promptLength: 3, training: { frozenDropout: true } }',
  '{ method: lora }',
];
const EVALUATIONS = 6;

/** Steps from one checkpoint to the next. */
export function checkpointEvery(steps: number): number {
  return Math.ceil(steps / EVALUATIONS);
}

/** Rounded up to a whole number of seeds. */
function sweepFile(name: SweepName, { trials, steps }: SweepSize): string {
  const seeds = Array.from({ length: Math.ceil(trials / METHODS.length) }, (_, i) => i + 1);
  return `name: ${name}
backbone: ./backbone
tasks: [{ task: mr, data: ./reviews }]
regime: { fewShot: 32, devSize: 40 }
dataSeeds: [${seeds.join(', ')}]
training: { steps: ${steps}, batchSize: 8, evaluateEvery: ${checkpointEvery(steps)}, learningRate: 0.01 }
window: 8
methods:
${METHODS.map((method) => `  - ${method}`).join('\n')}
`;
}
