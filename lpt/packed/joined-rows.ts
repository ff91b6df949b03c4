// The rows that go into a layer, put together of prompts, texts, and what the layer below made of both.
import { clone, concat, slice, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import { withOwnGradient, withoutGradient } from '../own-gradient.ts';
import { gatherRows } from './gather-rows.ts';
import { inverse } from './packing.ts';

export interface JoinedRows {
  /** Tensors to whose rows a gradient flows. */
  flowing: readonly Tensor2D[];
  /** Tensors of constant rows. */
  constant: readonly Tensor2D[];
  /** Of each of the N rows its place among those of `flowing` and then of `constant`. Null: they are it as they lie. */
  order: Int32Array | null;
}

export interface Source {
  rows: Tensor2D; // [M, D]
  flows: boolean;
}

/** `count` rows of a source from the one at `from` on. No row is in two blocks. */
export interface Block {
  source: Source;
  from: number;
  count: number;
}

export function joinBlocks(blocks: readonly Block[]): JoinedRows {
  const sources = [...new Set(blocks.map(({ source }) => source))];
  const inOrder = [...sources.filter(({ flows }) => flows), ...sources.filter(({ flows }) => !flows)];
  const start = new Map<Source, number>();
  let rows = 0;
  for (const source of inOrder) {
    start.set(source, rows);
    rows += source.rows.shape[0];
  }
  const order = blocks.flatMap(({ source, from, count }) => {
    const first = (start.get(source) ?? 0) + from;
    return Array.from({ length: count }, (_, index) => first + index);
  });
  return {
    flowing: inOrder.flatMap((source) => (source.flows ? source.rows : [])),
    constant: inOrder.flatMap((source) => (source.flows ? [] : source.rows)),
    order: Int32Array.from(order),
  };
}

/** A layer's whole output as the next one's input. */
export function asTheyLie({ rows, flows }: Source): JoinedRows {
  return { flowing: flows ? [rows] : [], constant: flows ? [] : [rows], order: null };
}

/** [N, D] */
export function wholeOf({ flowing, constant, order }: JoinedRows): Tensor2D {
  return tidy(() => {
    const [first, ...others] = [...flowing, ...constant];
    if (first === undefined) throw new RangeError('Expected rows to go into a layer, found none.');
    const beside = others.length === 0 ? clone(first) : concat([first, ...others]);
    return order === null ? beside : gatherRows(beside, order);
  });
}

/** [N, D], as a step of the tape. */
export function joinRowsStep(rows: JoinedRows): Tensor2D {
  if (rows.flowing.length === 0) return withoutGradient(() => wholeOf(rows));
  return withOwnGradient({
    inputs: [...rows.flowing],
    forward: () => ({ output: wholeOf(rows), kept: {} }),
    backward: (gradient: Tensor2D) => {
      const flowing = flowingRows(rows);
      return splitLike(rows, flowing === null ? clone(gradient) : gatherRows(gradient, flowing));
    },
  });
}

/** Which of the N rows those of `flowing` are, -1 where nobody took one; null: all of them as they lie. */
export function flowingRows({ flowing, order }: JoinedRows): Int32Array | null {
  if (order === null) return null;
  const count = flowing.reduce((sum, { shape }) => sum + shape[0], 0);
  const places = order.map((place) => (place < count ? place : -1));
  return inverse(places, count);
}

/** The gradient to the rows of `flowing`, [F, D], by tensor. */
export function splitLike({ flowing }: JoinedRows, gradient: Tensor2D): Tensor2D[] {
  if (flowing.length === 1) return [gradient];
  const width = gradient.shape[1];
  let start = 0;
  return flowing.map(({ shape: [count] }) => {
    const part = slice(gradient, [start, 0], [count, width]);
    start += count;
    return part;
  });
}
