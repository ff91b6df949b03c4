// Deterministic: which workers have just become free with something warm. Each is named to one trial, for then it is busy.
export class WarmWorkers {
  readonly #queues = new Map<string, string[]>();

  /** A worker has ended a trial of this kind. */
  note(warmth: string | null, queue: string | undefined): void {
    if (warmth === null || queue === undefined) return;
    this.#queues.set(warmth, [...(this.#queues.get(warmth) ?? []), queue].slice(-MOST_KEPT));
  }

  /** The own queue of the one that ended last; nothing where none is known. */
  take(warmth: string | null): { warmQueue?: string } {
    const queue = warmth === null ? undefined : this.#queues.get(warmth)?.pop();
    return queue === undefined ? {} : { warmQueue: queue };
  }
}

const MOST_KEPT = 100;
