// Sequences put together of vectors that lie in several tensors: prompts, texts, and what a layer made of both. One gather
// makes them, and one gather a source brings the gradient back, for no vector is used twice.
import { concat, gather, reshape, zeros, type Tensor, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { withOwnGradient, withoutGradient } from '../own-gradient.ts';

/** Vectors of one size along the last axis. */
export interface Source {
  tensor: Tensor; // [..., D]
  /** Whether a gradient flows to it. */
  isTuned: boolean;
}

/** One vector of a source, counted over all axes but the last. Null: padding. */
export type Place = { source: Source; at: number } | null;

/** `count` vectors of a source from the one at `from` on. */
export function placesOf(source: Source, from: number, count: number): Place[] {
  return Array.from({ length: count }, (_, index) => ({ source, at: from + index }));
}

/** @param sequences of any lengths up to `length`; padded with zeros behind */
export function assemble(sequences: readonly (readonly Place[])[], length: number): Tensor3D {
  const padded = sequences.flatMap((places) => [...places, ...Array<null>(length - places.length).fill(null)]);
  const sources = [...new Set(padded.flatMap((place) => place?.source ?? []))];
  const plan = planOf(padded, sources);
  const width = sources[0]?.tensor.shape.at(-1) ?? 0;
  const shape: [number, number, number] = [sequences.length, length, width];
  const tuned = sources.filter(({ isTuned }) => isTuned);
  const forward = (): Tensor3D => reshape(gatherRows(sources.map(rowsOf), plan.indices), shape); // [N, S, D]
  if (tuned.length === 0) return withoutGradient(forward);
  return withOwnGradient({
    inputs: tuned.map(({ tensor }) => tensor),
    forward: () => ({ output: forward(), kept: {} }),
    backward: (gradient: Tensor3D) => {
      const rows: Tensor2D = reshape(gradient, [padded.length, width]); // [N·S, D]
      return tuned.map((source) =>
        reshape(gatherRows([rows], plan.back.get(source) ?? new Int32Array()), source.tensor.shape),
      );
    },
  });
}

interface Plan {
  /** Of each place among the rows of all sources, one after the other; -1: padding. */
  indices: Int32Array;
  /** Of each row of a source among the places; -1: nobody took it. */
  back: Map<Source, Int32Array>;
}

function planOf(places: readonly Place[], sources: readonly Source[]): Plan {
  const start = new Map<Source, number>();
  const back = new Map<Source, Int32Array>();
  let rows = 0;
  for (const source of sources) {
    const count = source.tensor.size / (source.tensor.shape.at(-1) ?? 1);
    start.set(source, rows);
    back.set(source, new Int32Array(count).fill(-1));
    rows += count;
  }
  const indices = Int32Array.from(places, (place, index) => {
    if (place === null) return -1;
    const taken = back.get(place.source);
    if (taken) taken[place.at] = index;
    return (start.get(place.source) ?? 0) + place.at;
  });
  return { indices, back };
}

function rowsOf({ tensor }: Source): Tensor2D {
  const width = tensor.shape.at(-1) ?? 0;
  return reshape(tensor, [tensor.size / width, width]);
}

/** A row of zeros where an index is -1. */
function gatherRows(rows: Tensor2D[], indices: Int32Array): Tensor2D {
  const count = rows.reduce((sum, { shape }) => sum + shape[0], 0);
  const lacks = indices.includes(-1);
  const behind = lacks ? [zeros<Tensor2D['rankType']>([1, rows[0]?.shape[1] ?? 0])] : [];
  const all = [...rows, ...behind];
  const whole = all.length === 1 && all[0] ? all[0] : concat(all, 0);
  return gather(whole, lacks ? indices.map((index) => (index === -1 ? count : index)) : indices);
}
