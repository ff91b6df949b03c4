// Encoded splits that a trainer keeps: trials of one data set and data seed tokenize it once.
import type { SplitRequest } from '../data/dataset.ts';
import type { Encoded } from '../data/encode.ts';
import { loadEncodedSplits, type EncodedSplits } from '../data/encoded-splits.ts';
import type { Tokenizer } from '../data/tokenizer.ts';
import { encodedBytes } from '../sweep/memory.ts';
import { HeldBytes } from './held-bytes.ts';
import { SharedWork } from './shared-work.ts';

export interface SplitsAsked {
  request: SplitRequest;
  /** Longest sequence: the backbone's positions less the prompt. */
  maxTokens: number;
  /** Awaited between parts of the work, whichever trial does it. */
  afterSome: () => Promise<void>;
}

interface Kept {
  name: string;
  maxTokens: number;
  /** In tokens. */
  longest: number;
  isShortened: boolean;
  bytes: number;
  splits: EncodedSplits;
}

export class KeptSplits {
  readonly #tokenizer: Tokenizer;
  readonly #budgetBytes: number;
  /** The one last used comes last. */
  #kept: Kept[] = [];
  /** By what is kept here, and by trials. */
  readonly #held = new HeldBytes<EncodedSplits>();
  readonly #underWay = new Map<string, SharedWork<EncodedSplits>>();

  /** @param budgetBytes most that is kept once no trial holds it; those longest unused go first */
  constructor(tokenizer: Tokenizer, budgetBytes: number) {
    this.#tokenizer = tokenizer;
    this.#budgetBytes = budgetBytes;
  }

  /** Of all that is kept here or held by a trial. */
  get bytes(): number {
    return this.#held.total;
  }

  /** A trial has them at hand until it releases them, whether they are kept here or not. */
  hold(splits: EncodedSplits): void {
    this.#held.hold(splits, () => measure(splits).bytes);
  }

  release(splits: EncodedSplits): void {
    this.#held.release(splits);
  }

  /** Drops what no trial holds. */
  forget(): void {
    for (const one of this.#kept.filter(({ splits }) => !this.#held.isShared(splits))) this.#drop(one);
  }

  /** @throws as `loadEncodedSplits` does */
  load({ request, maxTokens, afterSome }: SplitsAsked): Promise<EncodedSplits> {
    const name = nameOf(request);
    const kept = this.#kept.find((one) => one.name === name && fits(one, maxTokens));
    if (kept) {
      this.#keep(kept);
      return Promise.resolve(kept.splits);
    }
    const line = `${maxTokens} ${name}`;
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
      this.#keep({ name: nameOf(request), maxTokens, splits, ...measure(splits) });
    }, forget);
    return work;
  }

  #keep(used: Kept): void {
    this.#drop(used);
    this.#held.hold(used.splits, () => used.bytes);
    this.#kept.push(used);
    let over = this.#kept.reduce((sum, { bytes }) => sum + bytes, -this.#budgetBytes);
    for (const oldest of [...this.#kept]) {
      if (over <= 0) break;
      this.#drop(oldest);
      over -= oldest.bytes;
    }
  }

  #drop(one: Kept): void {
    if (!this.#kept.includes(one)) return;
    this.#kept = this.#kept.filter((other) => other !== one);
    this.#held.release(one.splits);
  }
}

/** All that decides the splits beside tokenizer and length. Their files tell by their names how they are read. */
function nameOf({ task: { name, template, labelWords, data }, regime, dataSeed }: SplitRequest): string {
  return JSON.stringify([name, template, labelWords, data, regime, dataSeed]);
}

/** Whole texts are the same under any limit that none of them reaches. */
function fits({ maxTokens, isShortened, longest }: Kept, asked: number): boolean {
  return maxTokens === asked || (!isShortened && longest <= asked);
}

function measure({ labelWordIds: _, ...splits }: EncodedSplits): Pick<Kept, 'longest' | 'isShortened' | 'bytes'> {
  let [longest, bytes] = [0, 0];
  const all: Encoded[] = Object.values(splits);
  for (const { tokenIds } of all.flatMap(({ examples }) => examples)) {
    longest = Math.max(longest, tokenIds.length);
    bytes += encodedBytes(1, tokenIds.length);
  }
  return { longest, bytes, isShortened: all.some(({ shortened }) => shortened > 0) };
}
