// Who trains what: one trial a trainer, or as many at once as are allowed, all of one backbone; of the least busy trainers the one
// that has the trial's backbone and data warm.
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

export interface Wanted extends Warmth {
  /** See `TrainRequest`: above 0 it needs a trainer of its own. */
  shrink: number;
}

/** Gives a trainer for a trial, waiting for one where those that train cannot take it as well; called once a turn. */
export type ChooseTrainer = (wanted: Wanted, signal?: AbortSignal) => Promise<Trainer>;

/** All are training: the trial belongs to another worker, or to a later moment. */
export class NoTrainerError extends Error {
  override name = 'NoTrainerError';
}

interface Place {
  trainer: Trainer;
  has: Warmth | null;
  /** The trials that it trains. */
  aboard: Wanted[];
}

interface Turn {
  wanted: Wanted;
  go: (place: Place) => void;
}

export class TrainerPool {
  /** Trials at one time. */
  readonly size: number;
  readonly #places: Place[];
  readonly #joint: number;
  /** Those that no trainer can take now, in order: nobody overtakes. */
  readonly #turns: Turn[] = [];
  readonly #counts: WarmCounts = { warm: 0, loaded: 0, cold: 0 };
  #taken = 0;

  /** @param joint how many trials of one backbone a trainer trains at once */
  constructor(trainers: readonly Trainer[], joint = 1) {
    this.size = trainers.length * joint;
    this.#joint = joint;
    this.#places = trainers.map((trainer) => ({ trainer, has: null, aboard: [] }));
  }

  /** Trials under way, those that still look for their files included. */
  get busy(): number {
    return this.#taken;
  }

  counts(): Readonly<WarmCounts> {
    return { ...this.#counts };
  }

  /** Keeps room for the trial before it is known which trainer suits it best. @throws NoTrainerError */
  async use<T>(work: (choose: ChooseTrainer) => Promise<T>): Promise<T> {
    if (this.#taken === this.size) throw new NoTrainerError('Expected a free trainer, found all of them training.');
    this.#taken += 1;
    const given: { place: Place; wanted: Wanted }[] = [];
    try {
      return await work(async (wanted, signal) => {
        const place = await this.#turn(wanted, signal);
        given.push({ place, wanted });
        return place.trainer;
      });
    } finally {
      this.#taken -= 1;
      for (const { place, wanted } of given) place.aboard.splice(place.aboard.indexOf(wanted), 1);
      this.#look();
    }
  }

  /** @throws the signal's reason */
  #turn(wanted: Wanted, signal?: AbortSignal): Promise<Place> {
    return new Promise((resolve, reject) => {
      const turn: Turn = { wanted, go: resolve };
      const giveUp = (): void => {
        const at = this.#turns.indexOf(turn);
        if (at === -1) return;
        this.#turns.splice(at, 1);
        reject(signal?.reason as Error);
        this.#look();
      };
      this.#turns.push(turn);
      signal?.addEventListener('abort', giveUp, { once: true });
      if (signal?.aborted === true) giveUp();
      else this.#look();
    });
  }

  #look(): void {
    for (let turn = this.#turns[0]; turn !== undefined; turn = this.#turns[0]) {
      const place = this.#placeFor(turn.wanted);
      if (place === undefined) return;
      this.#turns.shift();
      this.#counts[nameOf(place, turn.wanted)] += 1;
      place.has = { backbone: turn.wanted.backbone, data: turn.wanted.data };
      place.aboard.push(turn.wanted);
      turn.go(place);
    }
  }

  #placeFor(wanted: Wanted): Place | undefined {
    const [best] = this.#places
      .filter(({ trainer, aboard }) => aboard.length === 0 || (aboard.length < this.#joint && !trainer.isWorn))
      .filter(({ aboard }) => aboard.every((other) => canShare(other, wanted)))
      .toSorted((one, other) => {
        return one.aboard.length - other.aboard.length || warmthOf(other, wanted) - warmthOf(one, wanted);
      });
    return best;
  }
}

function canShare(one: Wanted, other: Wanted): boolean {
  return one.backbone === other.backbone && one.shrink === 0 && other.shrink === 0;
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
