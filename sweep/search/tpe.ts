// Pure: the tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl, Algorithms for Hyper-Parameter Optimization,
// NIPS 2011, section 4) over a finite space. What has been run is split into the good and the others; a configuration is the more
// promising, the more probable its settings are among the good, l(x), against the others, g(x). A setting that only some
// configurations have is judged among those that have it.
import { type Uniform, uniform, weighted } from './draws.ts';

/** A configuration's settings by name; numbers are in order, other values are only different. */
export type Point = Readonly<Record<string, unknown>>;

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
  const pointsOf = (some: readonly Observation[]): Point[] => some.flatMap(({ name }) => [space.get(name) ?? {}]);
  const good = pointsOf(ranked.slice(0, goods));
  const others = pointsOf(ranked.slice(goods));
  const free = new Map([...space].filter(([name]) => !taken.has(name)));
  const fields = fieldsOf(space.values());
  const proposed: string[] = [];
  while (proposed.length < count && free.size > 0) {
    const name = mostPromising(free, { l: new Parzen(fields, good), g: new Parzen(fields, others) }, next);
    // The next of the round shall not be its neighbour: until it is known, it counts as one of the others.
    others.push(...pointsOf([{ name, score: null }]));
    free.delete(name);
    proposed.push(name);
  }
  return proposed;
}

function mostPromising(free: ReadonlyMap<string, Point>, { l, g }: { l: Parzen; g: Parzen }, next: Uniform): string {
  const rated = [...free].map(([name, point]) => ({
    name,
    good: l.logOf(point),
    ratio: l.logOf(point) - g.logOf(point),
  }));
  const highest = rated.reduce((most, { good }) => Math.max(most, good), -Infinity);
  const weights = rated.map(({ good }) => Math.exp(good - highest));
  const drawn = Array.from({ length: CANDIDATES }, () => rated[weighted(weights, next)]);
  const best = drawn.reduce((one, other) => ((other?.ratio ?? -Infinity) > (one?.ratio ?? -Infinity) ? other : one));
  if (best === undefined) throw new RangeError('Expected a configuration to choose from, found none.');
  return best.name;
}

interface Field {
  name: string;
  /** As JSON, numbers ascending. */
  values: string[];
  isOrdered: boolean;
}

function fieldsOf(points: Iterable<Point>): Field[] {
  const found = new Map<string, Map<string, unknown>>();
  for (const point of points)
    for (const [name, value] of Object.entries(point))
      found.set(name, (found.get(name) ?? new Map<string, unknown>()).set(JSON.stringify(value), value));
  return [...found].map(([name, values]) => {
    const isOrdered = [...values.values()].every((value) => typeof value === 'number');
    const texts = [...values.keys()];
    return { name, isOrdered, values: isOrdered ? texts.sort((one, other) => Number(one) - Number(other)) : texts };
  });
}

/** A product of one density a setting, each a mixture of the uniform one and of a kernel at each observation. */
class Parzen {
  /** Setting → value → logarithm of its probability. */
  readonly #logs: Map<string, Map<string, number>>;

  constructor(fields: readonly Field[], points: readonly Point[]) {
    this.#logs = new Map(fields.map((field) => [field.name, densityOf(field, points)]));
  }

  logOf(point: Point): number {
    return Object.entries(point).reduce(
      (sum, [name, value]) => sum + (this.#logs.get(name)?.get(JSON.stringify(value)) ?? 0),
      0,
    );
  }
}

function densityOf({ name, values, isOrdered }: Field, points: readonly Point[]): Map<string, number> {
  const seen = points.flatMap((point) => (name in point ? [values.indexOf(JSON.stringify(point[name]))] : []));
  // As wide as the values that fall to one observation: it narrows as they become more.
  const width = Math.max(1, values.length / (1 + seen.length));
  const kernels = seen.map((at) => {
    const heights = values.map((_, index) => {
      if (!isOrdered) return index === at ? 1 : 0;
      return Math.exp(-((index - at) ** 2) / (2 * width ** 2));
    });
    const total = heights.reduce((sum, height) => sum + height, 0);
    return heights.map((height) => height / total);
  });
  const even = 1 / values.length;
  return new Map(
    values.map((value, index) => {
      const mass = kernels.reduce((sum, kernel) => sum + (kernel[index] ?? 0), even);
      return [value, Math.log(mass / (1 + seen.length))];
    }),
  );
}
