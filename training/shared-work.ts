// A long piece of work that several trials of one trainer wait for: each beats meanwhile, and leaves when it is told to stop.

interface Waiting {
  afterSome: () => Promise<void>;
  leave: (error: Error) => void;
}

export class SharedWork<Result> {
  readonly result: Promise<Result>;
  readonly #waiting = new Set<Waiting>();
  #isDeserted = false;

  /** @param work begins at once, and awaits what it is given between its parts: it ends there when nobody waits any more */
  constructor(work: (afterSome: () => Promise<void>) => Promise<Result>) {
    this.result = work(() => this.#tellAll());
  }

  /** Everybody has left: whoever comes now has to begin anew. */
  get isDeserted(): boolean {
    return this.#isDeserted;
  }

  /** @throws what the work throws, or this `afterSome` alone: the others never hear of it */
  join(afterSome: () => Promise<void>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        afterSome,
        leave: (error) => {
          this.#waiting.delete(waiting);
          reject(error);
        },
      };
      this.#waiting.add(waiting);
      // The work outlives whoever waited, and `afterSome` refers to a whole trial with its checkpoint.
      const forget = (): boolean => this.#waiting.delete(waiting);
      this.result.then(forget, forget);
      this.result.then(resolve, reject);
    });
  }

  async #tellAll(): Promise<void> {
    await Promise.all([...this.#waiting].map(({ afterSome, leave }) => afterSome().catch(leave)));
    if (this.#waiting.size > 0) return;
    this.#isDeserted = true;
    throw new Error('Expected a trial to wait for this, found none left.');
  }
}
