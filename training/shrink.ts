// Where memory ran out, a trial is tried again shrunk: `shrink` is how often what it holds at once is halved.
import type { DropoutSeed } from '../lpt/random.ts';

/** Some of the examples of a training step. */
export interface Part {
  /** Index of its first example in the step's batch. */
  first: number;
  count: number;
  /** Of the step's examples; 1: all of them. */
  share: number;
}

/** At least 1. */
export function halved(size: number, shrink: number): number {
  return Math.max(1, Math.floor(size / 2 ** shrink));
}

/** All of a step's examples. */
export function wholePart(examples: number): Part {
  return { first: 0, count: examples, share: 1 };
}

/** The examples of a step in 2^shrink parts, or one by one where there are fewer. */
export function partsOf(examples: number, shrink: number): Part[] {
  const parts = Math.min(2 ** shrink, examples);
  const start = (part: number): number => Math.floor((part * examples) / parts);
  return Array.from({ length: parts }, (_, part) => {
    const first = start(part);
    const count = start(part + 1) - first;
    return { first, count, share: count / examples };
  });
}

/** With it, a part drops what it drops in the whole batch. */
export function dropoutSeedOf({ first, count, share }: Part, seed: number): DropoutSeed {
  return share === 1 ? seed : { seed, first, count };
}
