// Multi-head attention as a step of the tape, from projected rows to context rows. A prefix answers before the layer's
// own keys and values.
import {
  broadcastTo,
  concat,
  pad,
  slice,
  sum,
  tidy,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import {
  attend,
  attendGradients,
  mergeHeads,
  mergeKeyValue,
  splitHeads,
  splitKeyValue,
  type Heads,
} from '../attention.ts';
import type { Prefix } from '../layer-changes.ts';
import { step } from './step.ts';

export interface ProjectedRows {
  /** Before its bias. */
  query: Tensor2D; // [B·Q, D]
  queryBias: Tensor1D; // [D]
  /** Key beside value, before their bias. */
  keyValue: Tensor2D; // [B·T, 2D]
  keyValueBias: Tensor1D; // [2D]
  batch: number;
  heads: number;
  /** Added to the scores. */
  attentionBias: Tensor4D; // [B, 1, 1 or Q, T]
  prefix?: Prefix | undefined;
  /** What the probabilities are multiplied with. */
  dropout?: Tensor4D | null; // [B, heads, Q, P + T]
}

export function attentionStep(rows: ProjectedRows): Tensor2D {
  const { query, queryBias, keyValue, keyValueBias, prefix } = rows;
  return step({
    flowing: [query, keyValue, ...(prefix ? [prefix.key, prefix.value] : [])],
    weights: [queryBias, keyValueBias],
    forward: () => forward(rows), // [B·Q, D]
    backward: (gradient: Tensor2D, kept) => backward(gradient, kept, prefix?.key.shape[0] ?? 0),
  });
}

/** A type and not an interface: a tidy hands it on. */
type Kept = { [part in keyof Heads | 'probabilities']: Tensor4D } & { dropout?: Tensor4D };

function forward(rows: ProjectedRows): { output: Tensor2D; kept: Kept } {
  const { batch, heads, prefix, dropout } = rows;
  const query = splitHeads(rows.query, { batch, heads, bias: rows.queryBias }); // [B, heads, Q, d]
  const own = splitKeyValue(rows.keyValue, { batch, heads, bias: rows.keyValueBias }); // [B, heads, T, d]
  const answering = prefix
    ? { key: before(prefix.key, own.key), value: before(prefix.value, own.value) } // [B, heads, P + T, d]
    : own;
  const bias = prefix ? extendBias(rows.attentionBias, prefix.key.shape[0]) : rows.attentionBias;
  const { context, probabilities } = attend({ query, ...answering }, bias, dropout ?? undefined);
  return { output: mergeHeads(context), kept: { query, ...answering, probabilities, ...(dropout && { dropout }) } };
}

/** The same prefix for every example. */
function before(prefix: Tensor2D, own: Tensor4D): Tensor4D {
  const [batch, heads, , size] = own.shape;
  return tidy(() => {
    const split = splitHeads(prefix, { batch: 1, heads }); // [1, heads, P, d]
    return concat([broadcastTo<Tensor4D['rankType']>(split, [batch, heads, prefix.shape[0], size]), own], 2);
  });
}

/** A prefix is never padding. */
function extendBias(bias: Tensor4D, count: number): Tensor4D {
  return pad(bias, [
    [0, 0],
    [0, 0],
    [0, 0],
    [count, 0],
  ]); // [B, 1, 1 or Q, P + T]
}

function backward(gradient: Tensor2D, kept: Kept, prefixLength: number) {
  const [batch, heads] = kept.query.shape;
  const found = attendGradients(splitHeads(gradient, { batch, heads }), kept);
  const query = mergeHeads(found.query); // [B·Q, D]
  const own = { key: positions(found.key, prefixLength), value: positions(found.value, prefixLength) };
  const keyValue = mergeKeyValue(own); // [B·T, 2D]
  const toPrefix = (whole: Tensor4D) => () =>
    mergeHeads(sum(slice(whole, [0, 0, 0, 0], [-1, -1, prefixLength, -1]), 0, true)); // [P, D]
  return [
    () => query,
    () => keyValue,
    ...(prefixLength > 0 ? [toPrefix(found.key), toPrefix(found.value)] : []),
    () => sum<Tensor1D>(query, 0),
    () => sum<Tensor1D>(keyValue, 0),
  ];
}

function positions(heads: Tensor4D, from: number): Tensor4D {
  return from === 0 ? heads : slice(heads, [0, 0, from, 0], [-1, -1, -1, -1]);
}
