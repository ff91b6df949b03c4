// What bench/sweep.ts is asked to run.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readFlags, wholeFlag, wholeFlags } from '../measuring/flags.ts';

export interface SweepOptions {
  json: boolean;
  layers: number[];
  lengths: number[];
  /** Data seeds. */
  seeds: number[];
  steps: number;
  every: number;
  k: number;
  devSize: number;
  testSize: number;
  task: string;
  data: string;
  model: string;
  threads: number;
  /** Trials that our trainer takes at once. */
  joint: number;
}

const HELP = `npm run bench:sweep -- [--json] [--layers 1,2,3,4,5,6,7,8,9,10,11] [--lengths 1,5,20] [--seeds 13,21]
  [--steps 100] [--every 25] [--k 100] [--dev-size 200] [--test-size 64] [--task sst2] [--threads 2] [--joint 1]
  [--data ../shared/data] [--model bert-base-uncased]
The whole of it takes PyTorch an hour and more on two cores.
`;

/** Null where help was asked for, and has been printed. @throws for a value that cannot be, and where there is no data */
export function readSweepOptions(args: string[]): SweepOptions | null {
  const values = readFlags({
    help: HELP,
    args,
    defaults: {
      layers: '1,2,3,4,5,6,7,8,9,10,11',
      lengths: '1,5,20',
      seeds: '13,21',
      steps: '100',
      every: '25',
      k: '100',
      'dev-size': '200',
      'test-size': '64',
      task: 'sst2',
      threads: '2',
      joint: '1',
      data: join('..', 'shared', 'data'),
      model: 'bert-base-uncased',
    },
  });
  if (values === null) return null;
  const { json, task, model } = values;
  const data = resolve(values.data, task);
  if (!existsSync(data))
    throw new Error(`Expected the data of ${task} at ${data}, found none. Name another by --data.`);
  return {
    ...{ json, task, model, data },
    layers: wholeFlags('layers', values.layers),
    lengths: wholeFlags('lengths', values.lengths),
    seeds: wholeFlags('seeds', values.seeds),
    steps: wholeFlag('steps', values.steps),
    every: wholeFlag('every', values.every),
    k: wholeFlag('k', values.k),
    devSize: wholeFlag('dev-size', values['dev-size']),
    testSize: wholeFlag('test-size', values['test-size']),
    threads: wholeFlag('threads', values.threads),
    joint: wholeFlag('joint', values.joint),
  };
}
