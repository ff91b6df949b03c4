// One trial's line from its trainer to the parent: no more messages under way than the parent keeps up with.
import type { FromTrainer } from './messages.ts';

/** Messages that the parent has not yet dealt with; more than these wait here. */
const MOST_UNRECEIVED = 16;

export class MessageLine {
  readonly #say: (message: FromTrainer) => void;
  #unreceived = 0;
  /** The trial's own message, and notices that are sent without waiting for it. */
  #afterReceipt: (() => void)[] = [];
  #isCancelled = false;
  /** Others were in its trainer at some time. */
  isAccompanied = false;

  constructor(say: (message: FromTrainer) => void) {
    this.#say = say;
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** A parent that is slow holds up no trial that is to stop: few messages follow, and its time to stop is limited. */
  cancel(): void {
    this.#isCancelled = true;
    this.#goOn();
  }

  /** Resolves when another message may follow. */
  async send(message: FromTrainer): Promise<void> {
    this.#unreceived += 1;
    this.#say(message);
    if (this.#unreceived <= MOST_UNRECEIVED || this.#isCancelled) return;
    await new Promise<void>((resolve) => this.#afterReceipt.push(resolve));
  }

  received(): void {
    this.#unreceived -= 1;
    if (this.#unreceived <= MOST_UNRECEIVED) this.#goOn();
  }

  #goOn(): void {
    const waiting = this.#afterReceipt;
    this.#afterReceipt = [];
    for (const resolve of waiting) resolve();
  }
}
