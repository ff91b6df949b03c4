// What bench/sweep.ts is asked to run.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { wholeNumber, wholeNumbers } from './whole-number.ts';

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
export function readSweepOptions(): SweepOptions | null {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      layers: { type: 'string', default: '1,2,3,4,5,6,7,8,9,10,11' },
      lengths: { type: 'string', default: '1,5,20' },
      seeds: { type: 'string', default: '13,21' },
      steps: { type: 'string', default: '100' },
      every: { type: 'string', default: '25' },
      k: { type: 'string', default: '100' },
      'dev-size': { type: 'string', default: '200' },
      'test-size': { type: 'string', default: '64' },
      task: { type: 'string', default: 'sst2' },
      threads: { type: 'string', default: '2' },
      joint: { type: 'string', default: '1' },
      data: { type: 'string', default: join('..', 'shared', 'data') },
      model: { type: 'string', default: 'bert-base-uncased' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return null;
  }
  const { json, task, model } = values;
  const data = resolve(values.data, task);
  if (!existsSync(data))
    throw new Error(`Expected the data of ${task} at ${data}, found none. Name another by --data.`);
  return {
    ...{ json, task, model, data },
    layers: wholeNumbers('layers', values.layers),
    lengths: wholeNumbers('lengths', values.lengths),
    seeds: wholeNumbers('seeds', values.seeds),
    steps: wholeNumber('steps', values.steps),
    every: wholeNumber('every', values.every),
    k: wholeNumber('k', values.k),
    devSize: wholeNumber('dev-size', values['dev-size']),
    testSize: wholeNumber('test-size', values['test-size']),
    threads: wholeNumber('threads', values.threads),
    joint: wholeNumber('joint', values.joint),
  };
}
