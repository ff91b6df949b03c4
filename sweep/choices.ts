// Pure: the forms in which a sweep file may state the values of one setting: one value, a list, or a range.
import { z } from 'zod';

/** What a value must be, in words that complete "Expected … to be". */
export interface Domain<T> {
  words: string;
  accepts(value: unknown): value is T;
  /** Other words for this wrong value, where those above would not help. */
  wordsFor?(value: unknown): string;
  /** The one spelling of values that mean the same. */
  normal?(value: T): T;
}

export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): Domain<number> {
  const words = max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`;
  return { words, accepts: (value): value is number => Number.isInteger(value) && within(value, min, max) };
}

/** @param above the smallest value that is not allowed any more */
export function numberAbove(above: number, max: number): Domain<number> {
  return {
    words: `a number above ${above}, at most ${max}`,
    accepts: (value): value is number => typeof value === 'number' && value > above && value <= max,
  };
}

export function numberFrom(min: number, max: number): Domain<number> {
  return {
    words: `a number from ${min} to ${max}`,
    accepts: (value): value is number => typeof value === 'number' && within(value, min, max),
  };
}

export function oneOf<const T extends string>(names: readonly T[]): Domain<T> {
  return {
    words: `one of ${names.join(', ')}`,
    accepts: (value): value is T => (names as readonly unknown[]).includes(value),
  };
}

export const YES_OR_NO: Domain<boolean> = {
  words: 'true or false',
  accepts: (value): value is boolean => typeof value === 'boolean',
};

/** One of `domain`, or several together as a list: `[[6, 9]]` is one choice of two where `[6, 9]` are two choices of one. */
export function oneOrSeveral<T extends string | number>(
  domain: Domain<T>,
  { ascending = false } = {},
): Domain<T | T[]> {
  const follows = (one: T, index: number, all: T[]) =>
    index === 0 || (ascending ? one > (all[index - 1] ?? one) : all.indexOf(one) === index);
  const isList = (value: unknown): value is T[] =>
    Array.isArray(value) && value.length > 0 && value.every((one) => domain.accepts(one)) && value.every(follows);
  return {
    words: domain.words,
    accepts: (value): value is T | T[] => domain.accepts(value) || isList(value),
    wordsFor: (value) =>
      Array.isArray(value)
        ? `${ascending ? 'ascending values' : 'different values'} that are each ${domain.words}`
        : domain.words,
    normal: (value) => (Array.isArray(value) && value.length === 1 ? (value[0] ?? value) : value),
  };
}

/** What any of several domains accepts. */
export function anyOf(domains: readonly Domain<unknown>[]): Domain<unknown> {
  const accepting = (value: unknown) => domains.find((domain) => domain.accepts(value));
  return {
    words: [...new Set(domains.map(({ words }) => words))].join(', or '),
    accepts: (value): value is unknown => accepting(value) !== undefined,
    normal: (value) => normalised(accepting(value), value),
  };
}

function normalised<T>(domain: Domain<T> | undefined, value: T): T {
  return domain?.normal ? domain.normal(value) : value;
}

export function single<T>(domain: Domain<T>): z.ZodType<T> {
  return z.custom<T>((value) => domain.accepts(value), { error: domain.words });
}

const LONGEST_RANGE = 10_000;

/** One value, a list of them, or `{from, to, step}` or `{from, to, scale: log, count}` with both ends included; read as a list without repetitions. */
export function choice<T>(domain: Domain<T>): z.ZodType<T[]> {
  return z.unknown().transform((input, context) => {
    const complain = (expected: string, path: PropertyKey[], value: unknown) => {
      context.addIssue({ code: 'custom', message: expected, path, input: value });
      return z.NEVER;
    };
    if (isMapping(input)) {
      const range = readRange(input);
      if (typeof range === 'string') return complain(range, [], input);
      const wrong = range.find((value) => !domain.accepts(value));
      if (wrong !== undefined) return complain(`a range of values that are each ${domain.words}`, [], wrong);
      return range.filter((value) => domain.accepts(value));
    }
    const values: unknown[] = Array.isArray(input) ? input : [input];
    if (values.length === 0) return complain('at least one value', [], input);
    const accepted = values.filter((value) => domain.accepts(value));
    if (accepted.length === values.length) return distinct(accepted.map((value) => normalised(domain, value)));
    values.forEach((value, index) => {
      if (domain.accepts(value)) return;
      const words = domain.wordsFor?.(value) ?? domain.words;
      if (Array.isArray(input)) complain(words, [index], value);
      else complain(`${words}, or a list of them`, [], value);
    });
    return z.NEVER;
  });
}

/** Lists among the values are equal where their items are. */
function distinct<T>(values: T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

/** @returns the values, or what the range should have been */
function readRange(input: Record<string, unknown>): number[] | string {
  if (input['scale'] !== undefined || input['count'] !== undefined) return readLogRange(input);
  const { from, to, step = 1, ...others } = input;
  if (!isFinite(from) || !isFinite(to) || !isFinite(step) || Object.keys(others).length > 0)
    return 'one value, a list, or a range {from: …, to: …, step: …}';
  if (!(step > 0)) return 'a range with a `step` above 0';
  if (to < from) return 'a range with `to` not below `from`';
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (count > LONGEST_RANGE) return `a range of at most ${LONGEST_RANGE} values`;
  // Rounded, so that 0.1 + 2 × 0.1 is written 0.3.
  return Array.from({ length: count }, (_, index) => Number((from + index * step).toPrecision(12)));
}

const USUAL_COUNT = 17;
const LOG_RANGE = `a range {from: …, to: …, scale: log, count: …} of numbers above 0, with 2 to ${LONGEST_RANGE} values`;

/** Both ends included, each value the same factor above the one before; three digits are enough to tell them apart. */
function readLogRange(input: Record<string, unknown>): number[] | string {
  const { from, to, scale, count = USUAL_COUNT, ...others } = input;
  if (scale !== 'log' || Object.keys(others).length > 0) return LOG_RANGE;
  if (!isFinite(from) || !isFinite(to) || !(from > 0) || !(to > from)) return LOG_RANGE;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 2 || count > LONGEST_RANGE) return LOG_RANGE;
  const values = Array.from({ length: count }, (_, index) => from * (to / from) ** (index / (count - 1)));
  return [...new Set([from, ...values.slice(1, -1).map((value) => Number(value.toPrecision(3))), to])];
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFinite(value: unknown): value is number {
  return Number.isFinite(value);
}

function within(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}
