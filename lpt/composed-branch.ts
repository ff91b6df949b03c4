// What the composed forms of both kinds of layer are put together from: a linear map with what the method adds to it, the
// attention, and the end of a branch, before the residual joins.
import type { Rank, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { EncoderLayer } from './encoder-layer.ts';
import type { LayerChanges, LayerDropout, LinearMap, RowChange } from './layer-changes.ts';
import type { AnyLinear } from './linear.ts';
import { attentionStep } from './steps/attention.ts';
import { dropoutStep, maskOf } from './steps/dropout.ts';
import { addBias, addStep } from './steps/elementwise.ts';
import { productStep } from './steps/linear.ts';
import { addToColumns } from './steps/rearrange.ts';

/** Padded sequences, and what is to happen to them in a layer. */
export interface ComposedInput {
  hidden: Tensor3D; // [B, T, D]
  /** Joins before position 0: one sequence of p + T positions from here on. */
  prompt?: Tensor3D; // [B, p, D]
  /** Covers the prompt as well. */
  attentionBias: Tensor4D; // [B, 1, 1, p + T]
  /** One-hot: only this position of each example is read, and the output is [B, 1, D]. */
  selected?: Tensor3D; // [B, 1, p + T]
  /** What the method does inside the layer. */
  changes?: LayerChanges;
  dropout?: LayerDropout;
}

/** x Wᵀ and what the method adds to it. */
export function changedProduct(
  name: LinearMap,
  rows: Tensor2D,
  { map, changes }: { map: AnyLinear; changes: LayerChanges },
): Tensor2D {
  const product = productStep(rows, map);
  const delta = changes.deltas?.[name];
  return delta === undefined ? product : addStep(product, delta(rows));
}

export interface AttentionRows {
  /** Rows that ask: all of them, or one an example. */
  queried: Tensor2D; // [B·Q, D]
  /** Rows that answer. */
  attended: Tensor2D; // [B·T, D]
}

/** @param attentionBias of padding, and of what else a position must not see: [B, 1, 1 or Q, T] */
export function contextOf(
  { weights, heads }: EncoderLayer,
  { changes = {}, dropout, attentionBias }: Pick<ComposedInput, 'changes' | 'dropout' | 'attentionBias'>,
  { queried, attended }: AttentionRows,
): Tensor2D {
  const width = queried.shape[1];
  const batch = attentionBias.shape[0];
  const answering = attentionBias.shape[3] + (changes.prefix?.key.shape[0] ?? 0);
  let keyValue = productStep(attended, weights.keyValue); // [B·T, 2D]
  const { key, value } = changes.deltas ?? {};
  if (key) keyValue = addToColumns(keyValue, key(attended), 0);
  if (value) keyValue = addToColumns(keyValue, value(attended), width);
  return attentionStep({
    query: changedProduct('query', queried, { map: weights.query, changes }),
    queryBias: weights.query.bias,
    ...{ keyValue, keyValueBias: weights.keyValue.bias, prefix: changes.prefix },
    ...{ batch, heads, attentionBias },
    dropout: attentionMask(dropout, [batch, heads, queried.shape[0] / batch, answering]),
  }); // [B·Q, D]
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
  product: Tensor2D; // [N, D]
  bias: Tensor1D; // [D]
  after: RowChange | undefined;
  dropout: LayerDropout | undefined;
  /** Of the linear map that ends here. */
  name: LinearMap;
}

/** Bias, dropout, then the method's own: all that happens to a branch before the residual joins it. */
export function endBranch({ product, bias, after, dropout, name }: BranchEnd): Tensor2D {
  const shifted = addBias(product, bias); // [N, D]
  const dropped =
    dropout === undefined
      ? shifted
      : dropoutStep(shifted, {
          ...{ seed: dropout.seed, rate: dropout.hiddenRate },
          name: `layers.${dropout.layer}.${name}`,
        });
  return after === undefined ? dropped : after(dropped);
}
