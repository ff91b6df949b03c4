// What bench/quality.ts is asked to run.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Environment } from '../../runtime/environment.mjs';
import { positiveFlag, readFlags, wholeFlag, wholeFlags } from '../measuring/flags.ts';

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
export function readQualityOptions(args: string[], { cacheFolder }: Environment): QualityOptions | null {
  const values = readFlags({
    help: HELP,
    args,
    defaults: {
      tasks: 'sst2,mr,trec,rte',
      k: '500',
      steps: '1000',
      every: '100',
      'dev-size': '1000',
      'test-size': 'all',
      seeds: '13,21,42',
      'train-seeds': '1',
      methods: METHODS_COMPARED.join(),
      sides: SIDES.join(),
      'learning-rates': '0.001',
      'prompt-tuning-rates': '0.05',
      threads: '2',
      data: join('..', 'shared', 'data'),
      model: 'bert-base-uncased',
      out: join(cacheFolder, 'bench', 'quality'),
      write: '',
    },
  });
  if (values === null) return null;
  const { json, model, data, out, write } = values;
  const tasks = values.tasks.split(',');
  tasks.forEach((task) => checkData(data, task));
  return {
    ...{ json, model, tasks },
    k: wholeFlag('k', values.k),
    steps: wholeFlag('steps', values.steps),
    every: wholeFlag('every', values.every),
    devSize: wholeFlag('dev-size', values['dev-size']),
    testSize: values['test-size'] === 'all' ? 'all' : wholeFlag('test-size', values['test-size']),
    seeds: wholeFlags('seeds', values.seeds),
    trainSeeds: wholeFlags('train-seeds', values['train-seeds']),
    methods: values.methods.split(',').map((name) => oneOf(METHODS_COMPARED, 'methods', name)),
    sides: values.sides.split(',').map((name) => oneOf(SIDES, 'sides', name)),
    learningRates: ratesOf('learning-rates', values['learning-rates']),
    promptTuningRates: ratesOf('prompt-tuning-rates', values['prompt-tuning-rates']),
    threads: wholeFlag('threads', values.threads),
    data: resolve(data),
    out: resolve(out),
    write: write === '' ? null : write,
  };
}

function ratesOf(option: string, text: string): number[] {
  return text.split(',').map((rate) => positiveFlag(option, rate));
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
