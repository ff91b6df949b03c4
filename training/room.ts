// Who is let into a trainer's memory: a trial begins when all that it will hold fits beside what those before it still add.
import { sum } from '../sweep/statistics.ts';
import { TooLargeError } from './too-large.ts';

/** What a trial needs beside what it holds before it begins. */
export interface Needs {
  /** Of a step, at its peak. */
  stepBytes: number;
  /** What is trained, and AdamW's moments: among the tensors that are held as soon as it begins. */
  trainedBytes: number;
  /** Of the best values, which are never among the tensors. */
  bestBytes: number;
  /** Of the hidden states that its trainer does not hold yet. */
  comingBytes: () => number;
}

export interface RoomSettings {
  /** Bytes beside all that is held now. */
  free: () => number;
  /** Drops what is kept for later trials. */
  forget: () => void;
}

export interface Entering<T> {
  /** Begins the trial: what it trains is held before it first waits. */
  begin: () => Promise<T>;
  /** Awaited again and again until there is room; what it throws ends the waiting. */
  pause: () => Promise<void>;
}

export class Room {
  readonly #settings: RoomSettings;
  readonly #inside = new Set<Needs>();
  /** Nobody overtakes: small ones would keep a large one waiting for ever. */
  readonly #waiting: Needs[] = [];
  /** Since the last one came in or left. */
  #hasForgotten = false;

  constructor(settings: RoomSettings) {
    this.#settings = settings;
  }

  /** @throws TooLargeError where a trial does not fit though no other is inside: beside others it waits */
  async within<T>(needs: Needs, { begin, pause }: Entering<T>): Promise<T> {
    this.#waiting.push(needs);
    try {
      while (!this.#hasRoomFor(needs)) await pause();
      this.#inside.add(needs);
      this.#hasForgotten = false;
    } finally {
      this.#waiting.splice(this.#waiting.indexOf(needs), 1);
    }
    try {
      return await begin();
    } finally {
      this.#inside.delete(needs);
      this.#hasForgotten = false;
    }
  }

  #hasRoomFor(needs: Needs): boolean {
    if (this.#waiting[0] !== needs) return false;
    if (this.#fits(needs)) return true;
    // What the trial will share with one that fills is counted twice until it is there, and what is kept is just being made.
    if ([...this.#inside].some(({ comingBytes }) => comingBytes() > 0)) return false;
    this.#forgetOnce();
    if (this.#fits(needs)) return true;
    if (this.#inside.size > 0) return false;
    throw new TooLargeError(this.#needed(needs), this.#settings.free());
  }

  /** Dev of those inside goes with it: they should not have to compute it anew again and again. */
  #forgetOnce(): void {
    if (!this.#hasForgotten) this.#settings.forget();
    this.#hasForgotten = true;
  }

  #fits(needs: Needs): boolean {
    return this.#needed(needs) <= this.#settings.free();
  }

  /** Steps that do not fit side by side follow one another. */
  #needed(needs: Needs): number {
    const all = [needs, ...this.#inside];
    const step = Math.max(...all.map(({ stepBytes }) => stepBytes));
    return step + needs.trainedBytes + sum(all.map(({ bestBytes, comingBytes }) => bestBytes + comingBytes()));
  }
}
