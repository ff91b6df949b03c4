// What the composed forms of both kinds of layer are put together from: a linear map with what the method adds to it, the
// attention, and the end of a branch, before the residual joins.
import type { Rank, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { EncoderLayer, LayerRows } from './layer.ts';
import type { LayerChanges, LayerDropout, LinearMap, RowChange } from './layer-changes.ts';
import type { AnyLinear } from './linear.ts';
import { gatherRowsStep } from './packed/gather-rows.ts';
import { joinRowsStep } from './packed/joined-rows.ts';
import { placesOfRows } from './packed/packing.ts';
import type { RowPlaces } from './random.ts';
import { attentionStep } from './steps/attention.ts';
import { dropoutStep, maskOf } from './steps/dropout.ts';
import { addBias, addStep } from './steps/elementwise.ts';
import { productStep } from './steps/linear.ts';
import { addToColumns } from './steps/rearrange.ts';

/** Rows, and what is to happen to them in a layer. */
export interface ComposedInput extends LayerRows {
  /** Positions that each sequence would have if all were padded alike: what is dropped goes by them. */
  paddedLength: number;
  /** What the method does inside the layer. */
  changes?: LayerChanges;
  dropout?: LayerDropout;
}

/** Rows with the places that they would have in a padded batch. */
export interface Placed {
  rows: Tensor2D;
  places: RowPlaces;
}

export interface AttentionRows {
  /** Rows that ask: all of them, or one a sequence. */
  queried: Placed; // [Q, D]
  /** Rows that answer. */
  attended: Placed; // [N, D]
}

export function joinedRows({ rows, lengths, readAt, paddedLength }: ComposedInput): AttentionRows {
  const joined = joinRowsStep(rows);
  const attended = { rows: joined, places: { of: placesOfRows(lengths, paddedLength), perExample: paddedLength } };
  if (readAt === undefined) return { attended, queried: attended };
  const onePlaceEach = { of: Int32Array.from(lengths.keys()), perExample: 1 };
  return { attended, queried: { rows: rowsReadAt(joined, readAt), places: onePlaceEach } };
}

export function rowsReadAt(rows: Tensor2D, readAt: readonly number[]): Tensor2D {
  return gatherRowsStep(rows, Int32Array.from(readAt)); // [B, D]
}

export interface ChangedMap {
  map: AnyLinear;
  changes: LayerChanges;
}

/** x Wᵀ and what the method adds to it. */
export function changedProduct(name: LinearMap, { rows, places }: Placed, { map, changes }: ChangedMap): Tensor2D {
  const product = productStep(rows, map);
  const delta = changes.deltas?.[name];
  return delta === undefined ? product : addStep(product, delta(rows, places));
}

export interface Attending extends Pick<ComposedInput, 'lengths' | 'readAt' | 'paddedLength' | 'changes' | 'dropout'> {
  causal: boolean;
}

/** [Q, D] */
export function composedContext(
  { weights, heads }: EncoderLayer,
  { changes = {}, dropout, lengths, readAt, paddedLength, causal }: Attending,
  { queried, attended }: AttentionRows,
): Tensor2D {
  const width = queried.rows.shape[1];
  let keyValue = productStep(attended.rows, weights.keyValue); // [N, 2D]
  const { key, value } = changes.deltas ?? {};
  if (key) keyValue = addToColumns(keyValue, key(attended.rows, attended.places), 0);
  if (value) keyValue = addToColumns(keyValue, value(attended.rows, attended.places), width);
  const asking = readAt === undefined ? paddedLength : 1;
  const answering = paddedLength + (changes.prefix?.key.shape[0] ?? 0);
  return attentionStep({
    query: changedProduct('query', queried, { map: weights.query, changes }),
    queryBias: weights.query.bias,
    ...{ keyValue, keyValueBias: weights.keyValue.bias, prefix: changes.prefix },
    ...{ lengths, paddedLength, heads, causal, isOneAsking: readAt !== undefined },
    dropout: attentionMask(dropout, [lengths.length, heads, asking, answering]),
  });
}

/** Of the attention's probabilities; null where nothing is dropped. */
function attentionMask(dropout: LayerDropout | undefined, shape: [number, number, number, number]): Tensor4D | null {
  if (dropout === undefined) return null;
  return maskOf<Rank.R4>(shape, {
    seed: dropout.seed,
    name: `layers.${dropout.layer}.attention`,
    rate: dropout.attentionRate,
  });
}

export interface BranchEnd {
  product: Tensor2D; // [Q, D]
  places: RowPlaces;
  bias: Tensor1D; // [D]
  after: RowChange | undefined;
  dropout: LayerDropout | undefined;
  /** Of the linear map that ends here. */
  name: keyof LayerDropout['rates'];
}

/** Bias, dropout, then the method's own: all that happens to a branch before the residual joins it. */
export function endBranch({ product, places, bias, after, dropout, name }: BranchEnd): Tensor2D {
  const shifted = addBias(product, bias); // [Q, D]
  const dropped =
    dropout === undefined
      ? shifted
      : dropoutStep(shifted, {
          ...{ seed: dropout.seed, rate: dropout.rates[name], rows: places },
          name: `layers.${dropout.layer}.${name}`,
        });
  return after === undefined ? dropped : after(dropped, places);
}
