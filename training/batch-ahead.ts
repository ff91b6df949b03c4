// The next step's batch, made while a device still works on this one's: on a GPU a step is only queued when its batch is free.
import type { Batch } from '../lpt/batch.ts';
import { disposeBatch } from './batches.ts';

export class BatchAhead {
  readonly #make: (step: number) => Batch;
  readonly #lastStep: number;
  #ahead: { step: number; batch: Batch } | null = null;

  /** @param make the batch of the step that follows `step` finished ones, of which there are less than `lastStep` */
  constructor(make: (step: number) => Batch, lastStep: number) {
    this.#make = make;
    this.#lastStep = lastStep;
  }

  /** The caller's to dispose of. */
  take(step: number): Batch {
    const made = this.#ahead?.step === step ? this.#ahead.batch : null;
    if (made !== null) this.#ahead = null;
    return made ?? this.#make(step);
  }

  /** Never throws: the step that is under way has nothing to do with it, and `take` meets the error again as its own step's. */
  prepare(step: number): void {
    if (step >= this.#lastStep || this.#ahead?.step === step) return;
    this.dispose();
    try {
      this.#ahead = { step, batch: this.#make(step) };
    } catch {
      this.#ahead = null;
    }
  }

  dispose(): void {
    if (this.#ahead) disposeBatch(this.#ahead.batch);
    this.#ahead = null;
  }
}
