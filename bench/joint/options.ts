// What bench/joint.ts is asked to run.
import { join } from 'node:path';
import type { Environment } from '../../runtime/environment.mjs';
import { cacheLayout } from '../../runtime/folders.mjs';
import { readFlags, wholeFlag } from '../measuring/flags.ts';

export interface JointOptions {
  json: boolean;
  task: string;
  rounds: number;
  threads: number;
  /** Folder with one folder a task. */
  data: string;
  /** The backbone's folder. */
  model: string;
}

const HELP = `npm run bench:joint -- [--json] [--task sst2] [--rounds 7] [--threads 2]
  [--data ../shared/data] [--model FOLDER]
`;

/** Null where help was asked for, and has been printed. @throws for a value that cannot be */
export function readJointOptions(args: string[], { cacheFolder }: Environment): JointOptions | null {
  const places = { data: join('..', 'shared', 'data'), model: cacheLayout(cacheFolder).bertBaseUncased };
  const flags = readFlags({ args, help: HELP, defaults: { task: 'sst2', rounds: '7', threads: '2', ...places } });
  if (flags === null) return null;
  const { json, task, data, model } = flags;
  const rounds = wholeFlag('rounds', flags.rounds);
  return { json, task, data, model, rounds, threads: wholeFlag('threads', flags.threads) };
}
