// Deterministic: keeps a bounded number of pieces of work going, and takes the next ones only when there is room.
import { CancellationScope, condition } from '@temporalio/workflow';

export interface WindowOptions<Item> {
  /** The key of an item: what is running is never taken a second time. */
  key: (item: Item) => string;
  take: (request: { except: string[]; limit: number }) => Promise<Item[]>;
  /** What it rejects with ends the whole window, after the rest has settled. */
  run: (item: Item) => Promise<void>;
  /** True once nothing new shall be started; what runs is waited for. */
  isDraining: () => boolean;
}

export class RollingWindow<Item> {
  readonly #options: WindowOptions<Item>;
  readonly #running = new Map<string, CancellationScope>();
  /** None until it is told how many. */
  #size = 0;
  readonly #lookAfter = new Set<string>();
  #ready: Item[] = [];
  #exhausted = false;
  #settled = 0;
  #failure: { error: unknown } | undefined;

  constructor(options: WindowOptions<Item>) {
    this.#options = options;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Keys of what runs. */
  get keys(): string[] {
    return [...this.#running.keys()];
  }

  /** What runs is left to end, also where it is more than the new size. */
  resize(size: number): void {
    this.#size = size;
  }

  /** Cancels one piece of work; the others go on. */
  stop(key: string): void {
    this.#running.get(key)?.cancel();
  }

  /**
   * There may be new work although `take` had none left, or what it gave is no longer the next. What runs at this moment may
   * be among it: its end can be written down, and undone again, before it is known here. So there is another look when that
   * has settled.
   */
  lookAgain(): void {
    this.#exhausted = false;
    this.#ready = [];
    for (const key of this.#running.keys()) this.#lookAfter.add(key);
  }

  /** Until nothing is left to take, or the drain is done. On cancellation it waits for what runs, then throws. */
  async keepFull(): Promise<void> {
    try {
      for (;;) {
        await this.#fill();
        if (this.#running.size === 0) return;
        const before = this.#settled;
        await condition(() => this.#settled > before || (!this.#exhausted && this.#hasRoom()));
        if (this.#failure) throw this.#failure.error;
      }
    } catch (error) {
      await CancellationScope.nonCancellable(() => condition(() => this.#running.size === 0));
      throw error;
    }
  }

  async #fill(): Promise<void> {
    while (this.#hasRoom()) {
      if (this.#ready.length === 0) await this.#takeMore();
      const item = this.#ready.shift();
      if (item === undefined) return;
      this.#start(item);
    }
  }

  async #takeMore(): Promise<void> {
    if (this.#exhausted) return;
    this.#exhausted = true;
    this.#ready = await this.#options.take({ except: this.keys, limit: this.#size });
    if (this.#ready.length > 0) this.#exhausted = false;
  }

  #start(item: Item): void {
    const key = this.#options.key(item);
    const scope = new CancellationScope();
    this.#running.set(key, scope);
    const settle = (): void => {
      this.#running.delete(key);
      if (this.#lookAfter.delete(key)) this.#exhausted = false;
      this.#settled += 1;
    };
    scope
      .run(() => this.#options.run(item))
      .then(settle, (error: unknown) => {
        this.#failure ??= { error };
        settle();
      });
  }

  #hasRoom(): boolean {
    return !this.#options.isDraining() && this.#running.size < this.#size;
  }
}
