// Bytes of what several hold at once, each thing counted once for as long as anyone holds it.

interface Held {
  bytes: number;
  holders: number;
}

export class HeldBytes<Of extends object> {
  readonly #held = new Map<Of, Held>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** @param measure asked where nobody holds it yet */
  hold(one: Of, measure: () => number): void {
    const held = this.#held.get(one) ?? { bytes: measure(), holders: 0 };
    if (held.holders === 0) this.#total += held.bytes;
    held.holders += 1;
    this.#held.set(one, held);
  }

  release(one: Of): void {
    const held = this.#held.get(one);
    if (held === undefined) return;
    held.holders -= 1;
    if (held.holders > 0) return;
    this.#held.delete(one);
    this.#total -= held.bytes;
  }

  /** Whoever lets go of it leaves it to others: that frees nothing. */
  isShared(one: Of): boolean {
    return (this.#held.get(one)?.holders ?? 0) > 1;
  }
}
