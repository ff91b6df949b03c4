// The names that were probably meant.
import { distance } from 'fastest-levenshtein';

const SHOWN = 3;

export interface Named {
  name: string;
  /** What else it may be called by. */
  alsoCalled?: readonly string[];
}

/** The nearest first; of two that are equally near the one that was given first. */
export function nearestNames(asked: string, all: readonly Named[]): string[] {
  return all
    .map(({ name, alsoCalled = [] }) => ({
      name,
      far: Math.min(...[name, ...alsoCalled].map((one) => distance(asked, one))),
    }))
    .sort((one, other) => one.far - other.far)
    .slice(0, SHOWN)
    .map(({ name }) => name);
}
