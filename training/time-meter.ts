// Where one trial's time goes, by one clock: at any moment it does one thing, and what is not its own computing is waiting.
import { TIME_USES, type Seconds, type TimeUse } from '../sweep/throughput.ts';

/**
 * The four add up to the time since it was made, by construction. TensorFlow holds the process up while it computes and while
 * a number is fetched, so whoever asks for one waits again from the moment that the call returns: of several trials in one
 * process none counts what another does. On a CPU a kernel has run when its call returns, and each of the four is the time of
 * its arithmetic. On a GPU the call returns once the kernel is queued: `forward` is then the time to queue the pass, and what
 * the card still computes is waited for where a number is first fetched, in `backward` with the loss and the gradient norm,
 * in `evaluation` with the scores. Forward and backward together are right on both; one against the other on a CPU only.
 */
export class TimeMeter {
  readonly #now: () => number;
  readonly #ms: Seconds = { forward: 0, backward: 0, evaluation: 0, waiting: 0 };
  #use: TimeUse = 'waiting';
  #trials = 1;
  #since: number;

  /** @param now in milliseconds, never running backwards */
  constructor(now: () => number) {
    this.#now = now;
    this.#since = now();
  }

  /** From now on the time is for `use`. @param trials for how many at once: an equal share is this one's, the rest it waits */
  begin(use: TimeUse, trials = 1): void {
    const now = this.#now();
    const own = (now - this.#since) / this.#trials;
    this.#ms[this.#use] += own;
    this.#ms.waiting += now - this.#since - own;
    this.#since = now;
    this.#use = use;
    this.#trials = trials;
  }

  /** What an earlier attempt had taken when it wrote its checkpoint. */
  add(seconds: Seconds): void {
    for (const use of TIME_USES) this.#ms[use] += 1000 * seconds[use];
  }

  /** Up to now. */
  seconds(): Seconds {
    this.begin(this.#use, this.#trials);
    const { forward, backward, evaluation, waiting } = this.#ms;
    return {
      ...{ forward: forward / 1000, backward: backward / 1000 },
      ...{ evaluation: evaluation / 1000, waiting: waiting / 1000 },
    };
  }
}
