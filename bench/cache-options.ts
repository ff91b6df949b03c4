// What bench/cache.ts is asked to run.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { wholeNumber, wholeNumbers } from './whole-number.ts';

const HELP = `npm run bench:cache -- [--json] [--tasks sst2,rte] [--layers 3,6,9,11] [--rounds 5] [--steps 4] [--examples 64]
  [--threads 2] [--data ../shared/data] [--model bert-base-uncased]
Training steps that find the hidden states below the prompt kept, against steps that compute them anew.
`;

export interface CacheOptions {
  json: boolean;
  tasks: string[];
  layers: number[];
  rounds: number;
  /** In a round, of each side. */
  steps: number;
  examples: number;
  threads: number;
  data: string;
  model: string;
}

/** Null where help was asked for, and has been printed. */
export function readCacheOptions(): CacheOptions | null {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      tasks: { type: 'string', default: 'sst2,rte' },
      layers: { type: 'string', default: '3,6,9,11' },
      rounds: { type: 'string', default: '5' },
      steps: { type: 'string', default: '4' },
      examples: { type: 'string', default: '64' },
      threads: { type: 'string', default: '2' },
      data: { type: 'string', default: join('..', 'shared', 'data') },
      model: { type: 'string', default: 'bert-base-uncased' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return null;
  }
  return {
    ...{ json: values.json, data: values.data, model: values.model },
    ...{ tasks: values.tasks.split(','), layers: wholeNumbers('layers', values.layers) },
    ...{ rounds: wholeNumber('rounds', values.rounds), steps: wholeNumber('steps', values.steps) },
    ...{ examples: wholeNumber('examples', values.examples), threads: wholeNumber('threads', values.threads) },
  };
}
