// What a trainer's process uses: kept hidden states and memory.
import { NO_COUNTS, type CacheCounts } from './hidden-states.ts';
import type { Usage } from './messages.ts';

export class UsageMeter {
  readonly #counts: () => Readonly<CacheCounts>;
  #last: Readonly<CacheCounts> = NO_COUNTS;

  /** @param counts of the hidden states at hand; they begin anew with another backbone */
  constructor(counts: () => Readonly<CacheCounts>) {
    this.#counts = counts;
  }

  /** Hits, fills, and damaged and unwritten blocks since the last reading. */
  read(): Usage {
    const now = this.#counts();
    const isAnew = now.hits < this.#last.hits || now.fills < this.#last.fills;
    // The disk stays with another backbone.
    const { damaged, unwritten } = this.#last;
    const before = isAnew ? { ...NO_COUNTS, damaged, unwritten } : this.#last;
    this.#last = now;
    return {
      ...{ pid: process.pid, hits: now.hits - before.hits, fills: now.fills - before.fills },
      ...{ diskHits: now.diskHits - before.diskHits, damaged: now.damaged - before.damaged },
      unwritten: now.unwritten - before.unwritten,
      ...{ hiddenStatesBytes: now.bytes, hiddenStatesDiskBytes: now.diskBytes, peakMemoryMiB: peakMemoryMiB() },
    };
  }
}

export function peakMemoryMiB(): number {
  return process.resourceUsage().maxRSS / 1024;
}
