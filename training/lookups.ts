// How often one trial found the hidden states that it read kept, counted in examples.

export class Lookups {
  #found = 0;
  #computed = 0;

  found(examples: number): void {
    this.#found += examples;
  }

  computed(examples: number): void {
    this.#computed += examples;
  }

  /** In [0, 1]; null where nothing was asked for: the method starts at the embeddings. */
  hitRate(): number | null {
    const all = this.#found + this.#computed;
    return all === 0 ? null : this.#found / all;
  }
}
