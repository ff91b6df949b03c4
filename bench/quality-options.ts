// What bench/quality.ts is asked to run.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Environment } from '../runtime/environment.mjs';
import { wholeNumber, wholeNumbers } from './whole-number.ts';

export const METHODS_COMPARED = ['lpt', 'prompt-tuning'] as const;
export type ComparedMethod = (typeof METHODS_COMPARED)[number];
export const SIDES = ['ours', 'pytorch'] as const;
export type QualitySide = (typeof SIDES)[number];

export interface QualityOptions {
  json: boolean;
  tasks: string[];
  /** Training examples in all. */
  k: number;
  steps: number;
  /** Steps between two scores on dev. */
  every: number;
  devSize: number;
  testSize: number | 'all';
  /** Data seeds. */
  seeds: number[];
  /** Each training is repeated with these; PyTorch, which draws the same numbers, with the first alone. */
  trainSeeds: number[];
  methods: ComparedMethod[];
  sides: QualitySide[];
  /** Late prompt tuning's, of which the one best on dev counts; PyTorch has the first alone. */
  learningRates: number[];
  /** Prompt tuning's own: at the prompt generator's it hardly moves from where it starts. */
  promptTuningRates: number[];
  /** Folder with one folder a task. */
  data: string;
  model: string;
  /** Folder of the rows that are finished. */
  out: string;
  /** Markdown file that the table is written to. */
  write: string | null;
  threads: number;
}

const HELP = `npm run bench:quality -- [--json] [--tasks sst2,mr,trec,rte] [--k 500] [--steps 1000] [--every 100]
  [--dev-size 1000] [--test-size all] [--seeds 13,21,42] [--train-seeds 1] [--methods lpt,prompt-tuning]
  [--sides ours,pytorch] [--learning-rates 0.001] [--prompt-tuning-rates 0.05] [--threads 2] [--data ../shared/data]
  [--model bert-base-uncased] [--out FOLDER] [--write table.md]
Late prompt tuning against the same recipe in PyTorch on the same examples, and against prompt tuning, each at the learning rate
that is best on dev. What is finished stands in --out: the same command goes on from there.
`;

/** Null where help was asked for, and has been printed. @throws for a value that cannot be, and where there is no data */
export function readQualityOptions({ cacheFolder }: Environment): QualityOptions | null {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      tasks: { type: 'string', default: 'sst2,mr,trec,rte' },
      k: { type: 'string', default: '500' },
      steps: { type: 'string', default: '1000' },
      every: { type: 'string', default: '100' },
      'dev-size': { type: 'string', default: '1000' },
      'test-size': { type: 'string', default: 'all' },
      seeds: { type: 'string', default: '13,21,42' },
      'train-seeds': { type: 'string', default: '1' },
      methods: { type: 'string', default: METHODS_COMPARED.join() },
      sides: { type: 'string', default: SIDES.join() },
      'learning-rates': { type: 'string', default: '0.001' },
      'prompt-tuning-rates': { type: 'string', default: '0.05' },
      threads: { type: 'string', default: '2' },
      data: { type: 'string', default: join('..', 'shared', 'data') },
      model: { type: 'string', default: 'bert-base-uncased' },
      out: { type: 'string', default: join(cacheFolder, 'bench', 'quality') },
      write: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return null;
  }
  const { json, model, data, out, write = null } = values;
  const tasks = values.tasks.split(',');
  tasks.forEach((task) => checkData(data, task));
  return {
    ...{ json, model, tasks, write },
    k: wholeNumber('k', values.k),
    steps: wholeNumber('steps', values.steps),
    every: wholeNumber('every', values.every),
    devSize: wholeNumber('dev-size', values['dev-size']),
    testSize: values['test-size'] === 'all' ? 'all' : wholeNumber('test-size', values['test-size']),
    seeds: wholeNumbers('seeds', values.seeds),
    trainSeeds: wholeNumbers('train-seeds', values['train-seeds']),
    methods: values.methods.split(',').map((name) => oneOf(METHODS_COMPARED, 'methods', name)),
    sides: values.sides.split(',').map((name) => oneOf(SIDES, 'sides', name)),
    learningRates: values['learning-rates'].split(',').map(Number),
    promptTuningRates: values['prompt-tuning-rates'].split(',').map(Number),
    threads: wholeNumber('threads', values.threads),
    data: resolve(data),
    out: resolve(out),
  };
}

function checkData(data: string, task: string): void {
  const file = join(data, task, 'train.tsv');
  if (existsSync(file)) return;
  throw new Error(
    `Expected the data of ${task} at ${file}, found none. Name another folder by --data: it holds a folder a task, each with train.tsv and test.tsv.`,
  );
}

function oneOf<Name extends string>(known: readonly Name[], option: string, text: string): Name {
  const found = known.find((name) => name === text);
  if (found !== undefined) return found;
  throw new Error(`Expected --${option} to be among ${known.join(', ')}, found "${text}".`);
}
