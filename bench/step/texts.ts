// Real sentences for bench/step.ts, bench/memory.ts and bench/joint.ts, drawn and put into the task's template as a trial's are.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEncodedSplits } from '../../data/encoded-splits.ts';
import { loadTokenizer } from '../../data/tokenizer.ts';
import { mean } from '../../sweep/statistics.ts';
import { planCacheCase } from '../cache/case.ts';
import { BATCH_SIZE, batchesOf, type CaseTexts } from './case.ts';

export interface TextsAsked {
  cacheFolder: string;
  /** The backbone's folder. */
  model: string;
  /** Folder with one folder a task. */
  data: string;
  task: string;
  /** Different batches. */
  batches: number;
}

const LONGEST = 500;

export async function drawCaseTexts({ batches, task, ...asked }: TextsAsked): Promise<CaseTexts> {
  const examples = batches * BATCH_SIZE;
  const { trials } = await planCacheCase({ ...asked, tasks: [task], layers: [6], examples, steps: 1 });
  const [trial] = trials;
  if (trial === undefined) throw new Error(`Expected a trial of ${task}, found none.`);
  const tokenizer = await loadTokenizer(asked.model);
  const { train, labelWordIds } = await loadEncodedSplits(trial, { tokenizer, maxTokens: LONGEST });
  return { examples: train.examples, labelWordIds };
}

/** Tokens a text: all of them, and with the padding that a batch of them needs. */
export function tokensOf({ examples }: CaseTexts): { mean: number; padded: number } {
  const lengths = examples.map(({ tokenIds }) => tokenIds.length);
  return { mean: mean(lengths), padded: mean(batchesOf(lengths).map((batch) => Math.max(...batch))) };
}

interface StoredTexts {
  labelWordIds: number[];
  examples: { tokenIds: number[]; maskPosition: number; label: number }[];
}

/** For as long as `use` runs, in a file that `readTexts` reads. */
export async function withTextsFile<Result>(texts: CaseTexts, use: (path: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'lpt-sweep-bench-'));
  const path = join(folder, 'texts.json');
  const stored: StoredTexts = {
    labelWordIds: texts.labelWordIds,
    examples: texts.examples.map(({ tokenIds, ...rest }) => ({ ...rest, tokenIds: Array.from(tokenIds) })),
  };
  try {
    await writeFile(path, JSON.stringify(stored));
    return await use(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export function parseTexts(text: string): CaseTexts {
  const { labelWordIds, examples } = JSON.parse(text) as StoredTexts;
  return {
    labelWordIds,
    examples: examples.map(({ tokenIds, ...rest }) => ({ ...rest, tokenIds: Int32Array.from(tokenIds) })),
  };
}
