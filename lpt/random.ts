// Random numbers by counter, not by state: number i of a stream depends on seed, stream and i alone. So initial values
// and dropout masks are the same on every backend, and a resumed run repeats them.

/** A stream of numbers: `name` keeps the streams of one seed apart (a variable's name, `dropout`). */
export interface Stream {
  seed: number;
  name: string;
}

/**
 * Seed of the dropout of one pass: that of a whole batch, or of `count` of its examples from the one at index `first`
 * on, which drop what they drop in the whole.
 */
export type DropoutSeed = number | { seed: number; first: number; count: number };

/**
 * `count` numbers, uniform in (0, 1): 23 random bits and a half, which a 32-bit float holds without rounding to 0 or 1.
 * @param from place of the first in its stream
 */
export function uniforms({ seed, name }: Stream, count: number, from = 0): Float32Array {
  const [first, second] = keys(seed, name);
  const numbers = new Float32Array(count);
  for (let index = 0; index < count; index += 1) {
    numbers[index] = ((hash(from + index, first, second) >>> 9) + 0.5) / 2 ** 23;
  }
  return numbers;
}

/** `count` numbers from N(0, 1), by Box and Muller's transform. */
export function normals(stream: Stream, count: number): Float32Array {
  const uniform = uniforms(stream, 2 * count);
  return new Float32Array(count).map((_, index) => {
    const radius = Math.sqrt(-2 * Math.log(uniform[2 * index] ?? 1));
    return radius * Math.cos(2 * Math.PI * (uniform[2 * index + 1] ?? 0));
  });
}

export interface Mask {
  /** Numbers in it, example by example. */
  size: number;
  rate: number;
  /** Whose numbers these are, of rows of which padding has been left out. */
  rows?: RowPlaces;
}

/** Where rows stand in a batch whose examples all have so many places. */
export interface RowPlaces {
  of: Int32Array;
  perExample: number;
}

/** 0 with probability `rate`, else 1 / (1 - rate). */
export function dropoutMask(name: string, dropoutSeed: DropoutSeed, { size, rate, rows }: Mask): Float32Array {
  const kept = 1 / (1 - rate);
  const { seed, first, count } =
    typeof dropoutSeed === 'number' ? { seed: dropoutSeed, first: 0, count: 1 } : dropoutSeed;
  const stream = { seed, name };
  const mask = rows ? uniformsOfRows(stream, { size, first, rows }) : uniforms(stream, size, (first * size) / count);
  for (let index = 0; index < size; index += 1) mask[index] = (mask[index] ?? 0) < rate ? 0 : kept;
  return mask;
}

/** Each row has the numbers of its place. */
function uniformsOfRows(
  stream: Stream,
  { size, first, rows }: { size: number; first: number; rows: RowPlaces },
): Float32Array {
  const width = size / rows.of.length;
  const numbers = new Float32Array(size);
  rows.of.forEach((place, row) => {
    numbers.set(uniforms(stream, width, (first * rows.perExample + place) * width), row * width);
  });
  return numbers;
}

/** Two words of key: streams never run into one another, as they would if a key only moved the counter. */
function keys(seed: number, name: string): [number, number] {
  let word = mix(seed | 0) ^ mix(Math.floor(seed / 2 ** 32) + 0x9e3779b9);
  for (const character of name) word = mix(word ^ (character.codePointAt(0) ?? 0));
  return [word, mix(word + 0x85ebca6b)];
}

function hash(counter: number, first: number, second: number): number {
  return mix(mix(counter ^ first) + second);
}

/** A full-avalanche permutation of 32-bit words (constants by C. Wellons's search for low bias). */
function mix(word: number): number {
  let mixed = word | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}
