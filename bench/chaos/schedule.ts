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

/** A part is told that it was held up when it has missed its heartbeats (30 s): by then another attempt has the trial. */
const PAST_HEARTBEAT = { from: 34_000, to: 40_000 };
const SOON = { from: 200, to: 3_000 };
const WHILE = { from: 1_000, to: 9_000 };

/** Every card is drawn before one comes a second time. Kills come first in a short run: see `planSchedule`. */
const KILLS: readonly Card[] = PARTS.map((part) => ({ part, act: 'kill', ...SOON }));
const STOPS: readonly Card[] = [
  ...(['trainer', 'client', 'temporal', 'postgres', 'postgres-backend'] as const).map((part): Card => ({
    part,
    act: 'stop',
    ...WHILE,
  })),
  ...(['worker', 'worker', 'trainer'] as const).map((part): Card => ({ part, act: 'stop', ...PAST_HEARTBEAT })),
];

/** Between two: long enough for a trial to get somewhere, too short for all to be well again. */
const GAP = { from: 2_500, to: 9_500 };
const STREAM = 1;

/** In a run that has no room for the whole pack, each half of it is begun. */
export function planSchedule({ seed, seconds }: ScheduleOptions): Disturbance[] {
  const drawn: Disturbance[] = [];
  const key = { seed, stream: STREAM };
  const between = ({ from, to }: { from: number; to: number }, counter: number, block: number): number =>
    Math.round(from + (to - from) * fraction(randomWord(key, counter, block)));
  for (let n = 0, at = between(GAP, 0, 1); at < seconds * 1000; n += 1, at += between(GAP, n, 1)) {
    const { part, act, ...range } = cardAt(n, seed);
    drawn.push({ at, part, act, lasts: between(range, n, 2), choice: fraction(randomWord(key, n, 3)) });
  }
  return drawn;
}

/** A kill, a stop, a kill, a stop …, each half of the pack shuffled anew when it is through. */
function cardAt(n: number, seed: number): Card {
  const [pack, stream] = n % 2 === 0 ? ([KILLS, 2] as const) : ([STOPS, 3] as const);
  const turn = Math.floor(n / 2);
  const order = permutation(pack.length, { seed, stream }, Math.floor(turn / pack.length));
  const card = pack[order[turn % pack.length] ?? 0];
  if (card === undefined) throw new RangeError(`Expected a card at ${n}, found none.`);
  return card;
}

function fraction(word: number): number {
  return word / 2 ** 32;
}
