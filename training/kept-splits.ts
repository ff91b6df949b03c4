// Encoded splits that a trainer keeps: trials of one data set and data seed tokenize it once.
import type { SplitRequest } from '../data/dataset.ts';
import type { Encoded } from '../data/encode.ts';
import { loadEncodedSplits, type EncodedSplits } from '../data/encoded-splits.ts';
import type { Tokenizer } from '../data/tokenizer.ts';
import { encodedBytes } from '../sweep/memory.ts';
import { sum } from '../sweep/statistics.ts';
import { KeptWithin } from './kept-within.ts';
import { SharedWork } from './shared-work.ts';

export interface SplitsAsked {
  request: SplitRequest;
  /** Longest sequence: the backbone's positions less the prompt. */
  maxTokens: number;
  /** Awaited between parts of the work, whichever trial does it. */
  afterSome: () => Promise<void>;
}

export class KeptSplits {
  readonly #tokenizer: Tokenizer;
  /** Whole texts by their name, shortened ones by their limit as well. */
  readonly kept: KeptWithin<EncodedSplits>;
  readonly #underWay = new Map<string, SharedWork<EncodedSplits>>();

  constructor(tokenizer: Tokenizer, budgetBytes: number) {
    this.#tokenizer = tokenizer;
    this.kept = new KeptWithin(budgetBytes, bytesOf);
  }

  /** @throws as `loadEncodedSplits` does */
  load({ request, maxTokens, afterSome }: SplitsAsked): Promise<EncodedSplits> {
    const name = nameOf(request);
    const line = `${maxTokens} ${name}`;
    const kept = this.kept.get(line) ?? this.#wholeWithin(maxTokens, name);
    if (kept) return Promise.resolve(kept);
    const underWay = this.#underWay.get(line);
    const work = underWay && !underWay.isDeserted ? underWay : this.#begin(line, { request, maxTokens });
    return work.join(afterSome);
  }

  #begin(line: string, { request, maxTokens }: Omit<SplitsAsked, 'afterSome'>): SharedWork<EncodedSplits> {
    const reading = { tokenizer: this.#tokenizer, maxTokens };
    const work = new SharedWork((afterSome) => loadEncodedSplits(request, { ...reading, afterSome }));
    this.#underWay.set(line, work);
    const forget = (): void => {
      if (this.#underWay.get(line) === work) this.#underWay.delete(line);
    };
    work.result.then((splits) => {
      forget();
      this.kept.keep(isShortened(splits) ? line : nameOf(request), splits);
    }, forget);
    return work;
  }

  /** Whole texts are the same under any limit that none of them reaches. */
  #wholeWithin(maxTokens: number, name: string): EncodedSplits | undefined {
    const whole = this.kept.get(name);
    return whole && longest(whole) <= maxTokens ? whole : undefined;
  }
}

/** All that decides the splits beside tokenizer and length. Their files tell by their names how they are read. */
function nameOf({ task: { name, template, labelWords, data }, regime, dataSeed }: SplitRequest): string {
  return JSON.stringify([name, template, labelWords, data, regime, dataSeed]);
}

function isShortened(splits: EncodedSplits): boolean {
  return encodedOf(splits).some(({ shortened }) => shortened > 0);
}

/** In tokens. */
function longest(splits: EncodedSplits): number {
  return lengthsOf(splits).reduce((most, length) => Math.max(most, length), 0);
}

function bytesOf(splits: EncodedSplits): number {
  const lengths = lengthsOf(splits);
  return encodedBytes(lengths.length, sum(lengths));
}

function lengthsOf(splits: EncodedSplits): number[] {
  return encodedOf(splits).flatMap(({ examples }) => examples.map(({ tokenIds }) => tokenIds.length));
}

function encodedOf({ labelWordIds: _, ...splits }: EncodedSplits): Encoded[] {
  return Object.values(splits);
}
