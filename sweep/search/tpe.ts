// Pure: the tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl, Algorithms for Hyper-Parameter Optimization,
// NIPS 2011, section 4) over a finite space. What has been run is split into the good and the others; a configuration is the more
// promising, the more probable its settings are among the good, l(x), against the others, g(x). A setting that only some
// configurations have is judged among those that have it.
import { type Uniform, uniform, weighted } from './draws.ts';
import { densityOf, gridOf, logOf, type Point, type Row } from './parzen.ts';

export interface Observation {
  name: string;
  /** To be high; null: worse than any that has a score. */
  score: number | null;
}

export interface TpeRequest {
  /** The whole space, by name. */
  space: ReadonlyMap<string, Point>;
  observed: readonly Observation[];
  /** Not to be proposed: run already, or about to be. */
  taken: ReadonlySet<string>;
  count: number;
  seed: number;
}

/** γ of the paper: this share of the observations is good. */
const GOOD = 0.15;
/** Drawn from l(x), of which the most promising is proposed. */
const CANDIDATES = 24;

/** At most `count`, fewer where the space is used up. The same for the same request. */
export function propose({ space, observed, taken, count, seed }: TpeRequest): string[] {
  const next = uniform(seed, taken.size);
  const ranked = observed.toSorted((one, other) => (other.score ?? -Infinity) - (one.score ?? -Infinity));
  const scored = ranked.filter(({ score }) => score !== null);
  const goods = Math.min(Math.ceil(GOOD * ranked.length), scored.length);
  const grid = gridOf(space);
  const rowsOf = (some: readonly Observation[]): Row[] => some.flatMap(({ name }) => [grid.rows.get(name) ?? []]);
  const l = densityOf(grid, rowsOf(ranked.slice(0, goods)));
  const others = rowsOf(ranked.slice(goods));
  const free = new Map([...grid.rows].filter(([name]) => !taken.has(name)));
  const proposed: string[] = [];
  while (proposed.length < count && free.size > 0) {
    const name = mostPromising(free, { l, g: densityOf(grid, others) }, next);
    // The next of the round shall not be its neighbour: until it is known, it counts as one of the others.
    others.push(...rowsOf([{ name, score: null }]));
    free.delete(name);
    proposed.push(name);
  }
  return proposed;
}

/** Logarithms by slot. */
interface Densities {
  l: Float64Array;
  g: Float64Array;
}

function mostPromising(free: ReadonlyMap<string, Row>, { l, g }: Densities, next: Uniform): string {
  const cells = [...free].map(([name, row]) => ({ name, row, good: logOf(row, l) }));
  const highest = cells.reduce((most, { good }) => Math.max(most, good), -Infinity);
  const weights = cells.map(({ good }) => Math.exp(good - highest));
  const drawn = Array.from({ length: CANDIDATES }, () => cells[weighted(weights, next)]).flatMap((cell) =>
    cell === undefined ? [] : [{ name: cell.name, ratio: cell.good - logOf(cell.row, g) }],
  );
  const [first, ...others] = drawn;
  if (first === undefined) throw new RangeError('Expected a configuration to choose from, found none.');
  return others.reduce((one, other) => (other.ratio > one.ratio ? other : one), first).name;
}
