// What bench/step.ts and bench/memory.ts are asked to run.
import { join } from 'node:path';
import type { Environment } from '../../runtime/environment.mjs';
import { cacheLayout } from '../../runtime/folders.mjs';
import { readFlags, wholeFlag } from '../measuring/flags.ts';

export interface StepOptions {
  json: boolean;
  task: string;
  /** Of the prompt. */
  layer: number;
  rounds: number;
  /** Of a round; each has a batch of its own. */
  steps: number;
  threads: number;
  /** Folder with one folder a task. */
  data: string;
  /** The backbone's folder. */
  model: string;
}

const STEP_HELP = `npm run bench:step -- [--json] [--task sst2] [--layer 6] [--rounds 5] [--steps 8] [--threads 2]
  [--data ../shared/data] [--model FOLDER]
The steps of a round take as many batches of 16 sentences each.
`;
const MEMORY_HELP = `npm run bench:memory -- [--json] [--task sst2] [--layer 6] [--rounds 3] [--steps 4] [--threads 2]
  [--data ../shared/data] [--model FOLDER]
Linux only: the kernel counts the peak.
`;

/** Null where help was asked for, and has been printed. @throws for a value that cannot be */
export function readStepOptions(args: string[], environment: Environment): StepOptions | null {
  return read({ args, help: STEP_HELP, rounds: '5', steps: '8' }, environment);
}

/** Null where help was asked for, and has been printed. @throws for a value that cannot be */
export function readMemoryOptions(args: string[], environment: Environment): StepOptions | null {
  return read({ args, help: MEMORY_HELP, rounds: '3', steps: '4' }, environment);
}

interface Reading {
  args: string[];
  help: string;
  /** Without the option. */
  rounds: string;
  steps: string;
}

function read({ args, help, rounds, steps }: Reading, { cacheFolder }: Environment): StepOptions | null {
  const places = { data: join('..', 'shared', 'data'), model: cacheLayout(cacheFolder).bertBaseUncased };
  const flags = readFlags({
    args,
    help,
    defaults: { task: 'sst2', layer: '6', rounds, steps, threads: '2', ...places },
  });
  if (flags === null) return null;
  const { json, task, data, model } = flags;
  return {
    ...{ json, task, data, model },
    layer: wholeFlag('layer', flags.layer, 0),
    rounds: wholeFlag('rounds', flags.rounds),
    steps: wholeFlag('steps', flags.steps),
    threads: wholeFlag('threads', flags.threads),
  };
}
