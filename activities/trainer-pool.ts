// One trial a trainer at a time, and of the free trainers the one that has the trial's backbone and data warm.
import type { Trainer } from '../training/trainer.ts';

/** What a trainer keeps from trial to trial, by fingerprints. */
export interface Warmth {
  backbone: string;
  data: string;
}

/** How warm trainers were when they got their trials. */
export interface WarmCounts {
  /** Backbone and hidden states at hand. */
  warm: number;
  /** The backbone only. */
  loaded: number;
  cold: number;
}

/** Gives a free trainer for a trial; called once a turn. */
export type ChooseTrainer = (wanted: Warmth) => Trainer;

/** All are training: the trial belongs to another worker, or to a later moment. */
export class NoTrainerError extends Error {
  override name = 'NoTrainerError';
}

interface Place {
  trainer: Trainer;
  has: Warmth | null;
}

export class TrainerPool {
  readonly size: number;
  readonly #free: Place[];
  readonly #counts: WarmCounts = { warm: 0, loaded: 0, cold: 0 };
  #taken = 0;

  constructor(trainers: readonly Trainer[]) {
    this.size = trainers.length;
    this.#free = trainers.map((trainer) => ({ trainer, has: null }));
  }

  /** Trials under way, those that still look for their files included. */
  get busy(): number {
    return this.#taken;
  }

  counts(): Readonly<WarmCounts> {
    return { ...this.#counts };
  }

  /** Keeps a trainer for the trial before it is known which one suits it best. @throws NoTrainerError */
  async use<T>(work: (choose: ChooseTrainer) => Promise<T>): Promise<T> {
    if (this.#taken === this.size) throw new NoTrainerError('Expected a free trainer, found all of them training.');
    this.#taken += 1;
    let place: Place | undefined;
    try {
      return await work((wanted) => (place = this.#take(wanted)).trainer);
    } finally {
      this.#taken -= 1;
      if (place) this.#free.push(place);
    }
  }

  #take(wanted: Warmth): Place {
    const [best] = this.#free.toSorted((one, other) => warmthOf(other, wanted) - warmthOf(one, wanted));
    if (!best) throw new RangeError('Expected a trainer for every turn, found a turn with two.');
    this.#free.splice(this.#free.indexOf(best), 1);
    this.#counts[nameOf(best, wanted)] += 1;
    return { trainer: best.trainer, has: wanted };
  }
}

/** A trainer that has nothing yet goes before one that is warm for others. */
function warmthOf({ has }: Place, wanted: Warmth): number {
  if (has === null) return 1;
  if (has.backbone !== wanted.backbone) return 0;
  return has.data === wanted.data ? 3 : 2;
}

function nameOf(place: Place, wanted: Warmth): keyof WarmCounts {
  const warmth = warmthOf(place, wanted);
  if (warmth === 3) return 'warm';
  return warmth === 2 ? 'loaded' : 'cold';
}
