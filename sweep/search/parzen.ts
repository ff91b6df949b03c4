// Pure: the densities of a tree-structured Parzen estimator over a finite space. Each value of each setting has a number of its
// own, its slot: a configuration is a row of slots, and a density a logarithm for each slot.
import { remember } from './remember.ts';

/** A configuration's settings by name, in parts that it shares with others; numbers are in order, other values are only different. */
export type Point = readonly Readonly<Record<string, unknown>>[];

/** Slots of a configuration's values, a setting each. */
export type Row = readonly number[];

export interface Grid {
  rows: Map<string, Row>;
  fields: Field[];
}

interface Field {
  /** Value as JSON → slot, numbers ascending. */
  slots: Map<string, number>;
  isOrdered: boolean;
}

/** Written once, for every configuration is rated for every proposal. */
export function gridOf(space: ReadonlyMap<string, Point>): Grid {
  const fields = new Map<string, Field>();
  let slots = 0;
  const slotOf = ([name, value]: [string, unknown]): number => {
    const field = fields.get(name) ?? { slots: new Map<string, number>(), isOrdered: true };
    fields.set(name, field);
    field.isOrdered &&= typeof value === 'number';
    const text = JSON.stringify(value);
    const slot = field.slots.get(text) ?? slots++;
    field.slots.set(text, slot);
    return slot;
  };
  const slotsOf = remember((part: Point[number]) => Object.entries(part).map(slotOf));
  const rows = new Map([...space].map(([name, point]) => [name, point.flatMap(slotsOf)]));
  return { rows, fields: [...fields.values()].map(ascending) };
}

function ascending(field: Field): Field {
  if (!field.isOrdered) return field;
  return { ...field, slots: new Map([...field.slots].sort(([one], [other]) => Number(one) - Number(other))) };
}

/** Slot → logarithm of the probability of its value: for each setting a mixture of the even density and of a kernel at each observation. */
export function densityOf({ fields }: Grid, observed: readonly Row[]): Float64Array {
  const logs = new Float64Array(fields.reduce((sum, { slots }) => sum + slots.size, 0));
  for (const { slots, isOrdered } of fields) {
    const places = new Map([...slots.values()].map((slot, place) => [slot, place]));
    const seen = observed.flatMap((row) => row.flatMap((slot) => places.get(slot) ?? []));
    const masses = massesOf({ size: slots.size, seen, isOrdered });
    for (const [slot, place] of places) logs[slot] = Math.log((masses[place] ?? 0) / (1 + seen.length));
  }
  return logs;
}

/** A product of one density a setting. */
export function logOf(row: Row, logs: Float64Array): number {
  return row.reduce((sum, slot) => sum + (logs[slot] ?? 0), 0);
}

interface Seen {
  /** Values that there are. */
  size: number;
  /** Places of those observed. */
  seen: readonly number[];
  isOrdered: boolean;
}

function massesOf({ size, seen, isOrdered }: Seen): number[] {
  // As wide as the values that fall to one observation: it narrows as they become more.
  const width = Math.max(1, size / (1 + seen.length));
  const even = Array.from({ length: size }, () => 1 / size);
  const kernelOf = remember((at: number) => kernelAt(at, { size, width, isOrdered }));
  return seen.reduce((sums, at) => kernelOf(at).map((mass, place) => (sums[place] ?? 0) + mass), even);
}

function kernelAt(
  at: number,
  { size, width, isOrdered }: { size: number; width: number; isOrdered: boolean },
): number[] {
  const heights = Array.from({ length: size }, (_, place) => {
    if (!isOrdered) return place === at ? 1 : 0;
    return Math.exp(-((place - at) ** 2) / (2 * width ** 2));
  });
  const total = heights.reduce((sum, height) => sum + height, 0);
  return heights.map((height) => height / total);
}
