// What a trainer's process uses: kept hidden states and memory.
import type { CacheCounts } from './hidden-states.ts';
import type { Usage } from './messages.ts';

export class UsageMeter {
  readonly #counts: () => Readonly<CacheCounts>;
  #last: Readonly<CacheCounts> = { hits: 0, fills: 0, bytes: 0 };

  /** @param counts of the hidden states at hand; they begin anew with another backbone */
  constructor(counts: () => Readonly<CacheCounts>) {
    this.#counts = counts;
  }

  /** Hits and fills since the last reading. */
  read(): Usage {
    const now = this.#counts();
    const before = now.hits < this.#last.hits || now.fills < this.#last.fills ? { hits: 0, fills: 0 } : this.#last;
    this.#last = now;
    const [hits, fills] = [now.hits - before.hits, now.fills - before.fills];
    return { pid: process.pid, hits, fills, hiddenStatesBytes: now.bytes, peakMemoryMiB: peakMemoryMiB() };
  }
}

export function peakMemoryMiB(): number {
  return process.resourceUsage().maxRSS / 1024;
}
