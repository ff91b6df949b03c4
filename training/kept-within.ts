// What is kept for whoever asks next, the least recently used going first, and what trials hold of it or beside it: bytes count
// once for as long as anyone has them.

interface Held {
  bytes: number;
  holders: number;
}

export class KeptWithin<Of extends object> {
  readonly #budgetBytes: number;
  readonly #measure: (one: Of) => number;
  /** In order of use, oldest first. */
  readonly #kept = new Map<string, Of>();
  /** By being kept, and by trials. */
  readonly #held = new Map<Of, Held>();
  #bytes = 0;
  #heldBytes = 0;

  /** @param budgetBytes most that is kept; what trials hold stays with them beside it */
  constructor(budgetBytes: number, measure: (one: Of) => number) {
    this.#budgetBytes = budgetBytes;
    this.#measure = measure;
  }

  /** Of all that is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of all that is kept, or held by a trial. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  has(name: string): boolean {
    return this.#kept.has(name);
  }

  /** It is now the one last used. */
  get(name: string): Of | undefined {
    const one = this.#kept.get(name);
    if (one === undefined) return undefined;
    this.#kept.delete(name);
    this.#kept.set(name, one);
    return one;
  }

  keep(name: string, one: Of): void {
    this.#drop(name);
    this.#kept.set(name, one);
    this.#bytes += this.hold(one);
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#budgetBytes) break;
      this.#drop(oldest);
    }
  }

  /** A trial has it at hand until it releases it, whether it is kept here or not. @returns its bytes */
  hold(one: Of): number {
    const held = this.#held.get(one) ?? { bytes: this.#measure(one), holders: 0 };
    if (held.holders === 0) this.#heldBytes += held.bytes;
    held.holders += 1;
    this.#held.set(one, held);
    return held.bytes;
  }

  /** @returns its bytes */
  release(one: Of): number {
    const held = this.#held.get(one);
    if (held === undefined) return 0;
    held.holders -= 1;
    if (held.holders === 0) {
      this.#held.delete(one);
      this.#heldBytes -= held.bytes;
    }
    return held.bytes;
  }

  /** Drops what no trial holds. */
  forget(): void {
    for (const [name, one] of this.#kept) if (this.#held.get(one)?.holders === 1) this.#drop(name);
  }

  #drop(name: string): void {
    const one = this.#kept.get(name);
    if (one === undefined) return;
    this.#kept.delete(name);
    this.#bytes -= this.release(one);
  }
}
