// Multi-head attention as a step of the tape, from projected rows to context rows. A prefix answers before the layer's
// own keys and values.
import { broadcastTo, concat, mul, pad, slice, sum, tidy } from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
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
import {
  attentionGradients,
  contextForTraining,
  paddedBias,
  type AttentionOfRows,
  type Projected,
} from '../packed/attention.ts';
import { gatherRows } from '../packed/gather-rows.ts';
import { placesOfRows, rowsOfPlaces } from '../packed/packing.ts';
import { step } from './step.ts';

export interface ProjectedRows extends Omit<AttentionOfRows, 'projected'> {
  /** Before its bias. */
  query: Tensor2D; // [N, D], or [B, D] where one row a sequence asks
  /** Key beside value, before their bias. */
  keyValue: Tensor2D; // [N, 2D]
  isOneAsking?: boolean;
  /** T to which sequences are padded where they have to be. */
  paddedLength: number;
  prefix?: Prefix | undefined;
  /** What the probabilities are multiplied with. */
  dropout?: Tensor4D | null; // [B, heads, T or 1, P + T]
}

/** As many rows as ask. */
export function attentionStep(rows: ProjectedRows): Tensor2D {
  const isPlain = !rows.prefix && !rows.dropout && !rows.isOneAsking;
  return isPlain ? packedStep(rows) : paddedStep(rows);
}

function packedStep({ query, keyValue, ...how }: ProjectedRows): Tensor2D {
  const attention = { ...how, projected: { query, keyValue } };
  return step({
    flowing: [query, keyValue],
    weights: [how.queryBias, how.keyValueBias],
    forward: () => {
      const { context, probabilities } = contextForTraining(attention);
      return { output: context, kept: { query, keyValue, probabilities } }; // [N, D]
    },
    backward: (gradient: Tensor2D, { probabilities, ...projected }) =>
      inOrder(attentionGradients(gradient, { ...attention, projected, probabilities })),
  });
}

function inOrder({ query, keyValue }: Projected, toPrefix: (() => Tensor2D)[] = []) {
  return [() => query, () => keyValue, ...toPrefix, () => sum<Tensor1D>(query, 0), () => sum<Tensor1D>(keyValue, 0)];
}

function paddedStep(rows: ProjectedRows): Tensor2D {
  const { query, queryBias, keyValue, keyValueBias, prefix } = rows;
  return step({
    flowing: [query, keyValue, ...(prefix ? [prefix.key, prefix.value] : [])],
    weights: [queryBias, keyValueBias],
    forward: () => forward(rows),
    backward: (gradient: Tensor2D, kept) => backward(gradient, kept, rows),
  });
}

/** A type and not an interface: a tidy hands it on. */
type Kept = { [part in keyof Heads | 'probabilities']: Tensor4D } & {
  dropout?: Tensor4D;
  keyMask?: Tensor2D;
  valueMask?: Tensor2D;
};

function forward(rows: ProjectedRows): { output: Tensor2D; kept: Kept } {
  const { lengths, paddedLength, heads, prefix, dropout } = rows;
  const batch = lengths.length;
  const query = tidy(() => splitHeads(asking(rows.query, rows), { batch, heads, bias: rows.queryBias })); // [B, heads, Q, d]
  const own = tidy(() => {
    const padded = gatherRows(rows.keyValue, rowsOfPlaces(lengths, paddedLength)); // [B·T, 2D]
    return splitKeyValue(padded, { batch, heads, bias: rows.keyValueBias }); // [B, heads, T, d]
  });
  const answering = prefix
    ? {
        key: before(prefix.key, own.key, prefix.masks?.key), // [B, heads, P + T, d]
        value: before(prefix.value, own.value, prefix.masks?.value),
      }
    : own;
  const { context, probabilities } = attend({ query, ...answering }, biasOf(rows), dropout ?? undefined);
  const output = asked(mergeHeads(context), rows);
  const masks = prefix?.masks && { keyMask: prefix.masks.key, valueMask: prefix.masks.value };
  return { output, kept: { query, ...answering, probabilities, ...(dropout && { dropout }), ...masks } };
}

type Padding = Pick<ProjectedRows, 'lengths' | 'paddedLength' | 'isOneAsking'>;

/** [B·T, D] of [N, D]; one row a sequence needs no padding. */
function asking(rows: Tensor2D, { lengths, paddedLength, isOneAsking = false }: Padding): Tensor2D {
  return isOneAsking ? rows : gatherRows(rows, rowsOfPlaces(lengths, paddedLength));
}

/** And back. */
function asked(rows: Tensor2D, { lengths, paddedLength, isOneAsking = false }: Padding): Tensor2D {
  return isOneAsking ? rows : gatherRows(rows, placesOfRows(lengths, paddedLength));
}

/** [B, 1, 1 or T, P + T]. A prefix is never padding. */
function biasOf({ prefix, ...rows }: ProjectedRows): Tensor4D {
  const own = paddedBias(rows, rows.paddedLength);
  if (!prefix) return own;
  return pad(own, [
    [0, 0],
    [0, 0],
    [0, 0],
    [prefix.key.shape[0], 0],
  ]);
}

/** The same prefix for every example, but for what each drops. */
function before(prefix: Tensor2D, own: Tensor4D, mask?: Tensor2D): Tensor4D {
  const [batch, heads, , size] = own.shape;
  return tidy(() => {
    const split = splitHeads(prefix, { batch: 1, heads }); // [1, heads, P, d]
    const each = mask
      ? mul<Tensor4D>(split, splitHeads(mask, { batch, heads })) // [B, heads, P, d]
      : broadcastTo<Tensor4D['rankType']>(split, [batch, heads, prefix.shape[0], size]);
    return concat([each, own], 2);
  });
}

/** From the gradient to keys or values of all positions, P + T of them: [P, D]. */
function prefixGradient(whole: Tensor4D, count: number, mask?: Tensor2D): Tensor2D {
  const [batch, heads] = whole.shape;
  const each = slice(whole, [0, 0, 0, 0], [-1, -1, count, -1]); // [B, heads, P, d]
  const dropped = mask ? mul<Tensor4D>(each, splitHeads(mask, { batch, heads })) : each;
  return mergeHeads(sum(dropped, 0, true));
}

function backward(gradient: Tensor2D, kept: Kept, rows: ProjectedRows) {
  const { lengths, paddedLength, prefix } = rows;
  const [batch, heads] = kept.query.shape;
  const count = prefix?.key.shape[0] ?? 0; // P
  const found = attendGradients(splitHeads(asking(gradient, rows), { batch, heads }), kept);
  const own = { key: positionsFrom(found.key, count), value: positionsFrom(found.value, count) };
  const keyValue = gatherRows(mergeKeyValue(own), placesOfRows(lengths, paddedLength)); // [N, 2D]
  const query = asked(mergeHeads(found.query), rows);
  if (count === 0) return inOrder({ query, keyValue });
  const toKey = () => prefixGradient(found.key, count, kept.keyMask);
  const toValue = () => prefixGradient(found.value, count, kept.valueMask);
  return inOrder({ query, keyValue }, [toKey, toValue]);
}

function positionsFrom(heads: Tensor4D, from: number): Tensor4D {
  return from === 0 ? heads : slice(heads, [0, 0, from, 0], [-1, -1, -1, -1]);
}
