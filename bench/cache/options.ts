// What bench/cache.ts is asked to run.
import { join } from 'node:path';
import { readFlags, wholeFlag, wholeFlags } from '../measuring/flags.ts';

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
export function readCacheOptions(args: string[]): CacheOptions | null {
  const values = readFlags({
    help: HELP,
    args,
    defaults: {
      tasks: 'sst2,rte',
      layers: '3,6,9,11',
      rounds: '5',
      steps: '4',
      examples: '64',
      threads: '2',
      data: join('..', 'shared', 'data'),
      model: 'bert-base-uncased',
    },
  });
  if (values === null) return null;
  return {
    ...{ json: values.json, data: values.data, model: values.model },
    ...{ tasks: values.tasks.split(','), layers: wholeFlags('layers', values.layers) },
    ...{ rounds: wholeFlag('rounds', values.rounds), steps: wholeFlag('steps', values.steps) },
    ...{ examples: wholeFlag('examples', values.examples), threads: wholeFlag('threads', values.threads) },
  };
}
