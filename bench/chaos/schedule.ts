// Pure: what is killed and held up, and when, all of it decided by a seed.
import { permutation, randomWord } from '../../data/random.ts';

export const PARTS = [
  'trainer',
  'worker',
  'all-workers',
  'client',
  'temporal',
  'postgres',
  'postgres-backend',
  'machine',
] as const;
export type Part = (typeof PARTS)[number];

export interface Disturbance {
  /** Milliseconds from the beginning. */
  at: number;
  part: Part;
  /** SIGKILL, or SIGSTOP and, after `lasts`, SIGCONT. */
  act: 'kill' | 'stop';
  /** Milliseconds until what nobody else brings back is started again, or until what was stopped goes on. */
  lasts: number;
  /** In [0, 1): which one of several. */
  choice: number;
}

export interface ScheduleOptions {
  seed: number;
  seconds: number;
}

interface Card extends Pick<Disturbance, 'part' | 'act'> {
  from: number;
  to: number;
}

/** What is held up so long has missed its heartbeats (30 s): another attempt has its trial before it goes on and writes. */
const PAST_HEARTBEAT = { from: 38_000, to: 44_000 };
const SOON = { from: 200, to: 3_000 };
const WHILE = { from: 1_000, to: 9_000 };

const KILLS: readonly Card[] = PARTS.map((part) => ({ part, act: 'kill', ...SOON }));
const LATE_WORKER: Card = { part: 'worker', act: 'stop', ...PAST_HEARTBEAT };
const STOPS: readonly Card[] = [
  LATE_WORKER,
  LATE_WORKER,
  { part: 'trainer', act: 'stop', ...PAST_HEARTBEAT },
  ...(['trainer', 'client', 'temporal', 'postgres', 'postgres-backend'] as const).map((part): Card => ({
    part,
    act: 'stop',
    ...WHILE,
  })),
];

/** Between two: long enough for a trial to get somewhere, too short for all to be well again. */
const GAP = { from: 2_500, to: 9_500 };
/** Between two long stops: the machine as a whole can only be killed there, for what is held up must live to write late. */
const REST_MS = 20_000;
/** After it goes on it writes what it still has to say. */
export const LAST_WORDS_MS = 3_000;
const STREAM = 1;

/** It is held up past its heartbeat's limit. */
export function isLate({ act, lasts }: Pick<Disturbance, 'act' | 'lasts'>): boolean {
  return act === 'stop' && lasts >= PAST_HEARTBEAT.from;
}

/** A kill, a stop, a kill, a stop …; the first stop is that of a worker which writes late. */
export function planSchedule({ seed, seconds }: ScheduleOptions): Disturbance[] {
  const drawn: Disturbance[] = [];
  const key = { seed, stream: STREAM };
  const between = ({ from, to }: { from: number; to: number }, counter: number, block: number): number =>
    Math.round(from + (to - from) * fraction(randomWord(key, counter, block)));
  const [kills, stops] = [new Pack(KILLS, { seed, stream: 2 }), new Pack(STOPS, { seed, stream: 3 })];
  let lateUntil: number | null = null;
  for (let n = 0, at = between(GAP, 0, 1); at < seconds * 1000; n += 1, at += between(GAP, n, 1)) {
    const quietFor = lateUntil === null ? Infinity : at - lateUntil;
    const isFitting = (card: Card): boolean => {
      if (card.part === 'machine') return quietFor > LAST_WORDS_MS;
      if (quietFor === Infinity && card.act === 'stop') return card === LATE_WORKER;
      return card.from < PAST_HEARTBEAT.from || quietFor > REST_MS;
    };
    const { part, act, ...range } = (n % 2 === 0 ? kills : stops).draw(isFitting);
    const disturbance = { at, part, act, lasts: between(range, n, 2), choice: fraction(randomWord(key, n, 3)) };
    if (isLate(disturbance)) lateUntil = at + disturbance.lasts;
    drawn.push(disturbance);
  }
  return drawn;
}

/** Every card is drawn before one comes a second time, unless it does not fit the moment. */
class Pack {
  readonly #cards: readonly Card[];
  readonly #key: { seed: number; stream: number };
  #rest: Card[] = [];
  #round = 0;

  constructor(cards: readonly Card[], key: { seed: number; stream: number }) {
    this.#cards = cards;
    this.#key = key;
  }

  draw(isFitting: (card: Card) => boolean): Card {
    if (!this.#rest.some(isFitting)) this.#shuffleIn();
    const [card] = this.#rest.splice(this.#rest.findIndex(isFitting), 1);
    if (card === undefined) throw new RangeError('Expected a card, found none.');
    return card;
  }

  #shuffleIn(): void {
    const order = permutation(this.#cards.length, this.#key, this.#round);
    this.#round += 1;
    for (const index of order) this.#rest.push(...this.#cards.slice(index, index + 1));
  }
}

function fraction(word: number): number {
  return word / 2 ** 32;
}
