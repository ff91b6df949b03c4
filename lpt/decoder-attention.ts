// The first half of a decoder layer, x → x + Wₒ attention(LayerNorm(x)), each position seeing those up to itself alone.
import { add, slice, tidy, type Tensor2D, type Tensor3D, type Tensor4D } from '@tensorflow/tfjs-core';
import {
  attend,
  attendGradients,
  mergeHeads,
  mergeKeyValue,
  splitHeads,
  splitKeyValue,
  withLaterShut,
  type Heads,
} from './attention.ts';
import {
  layerNormInputGradient,
  layerNormWeightGradients,
  normalize,
  scaleAndShift,
  type Normalized,
} from './layer-norm.ts';
import { linear, linearInputGradient, linearProduct, linearWeightGradients } from './linear.ts';
import { firstPositions, placePosition, selectPosition, toRows, toSequences } from './positions.ts';
import type { AttentionShape, SelfAttentionWeights } from './self-attention.ts';

export interface CausalInput {
  hidden: Tensor3D; // [B, T, D]
  /** Of padding. */
  bias: Tensor4D; // [B, 1, 1, T]
  /** One-hot: only this position of each example asks. */
  selected?: Tensor3D; // [B, 1, T]
}

export interface CausalActivations extends Heads {
  probabilities: Tensor4D; // [B, heads, Q, T]
  normalized: Normalized; // of [B·T, D]
  selected?: Tensor3D; // [B, 1, T]
}

export interface CausalAttention {
  output: Tensor2D; // [B·Q, D]
  activations: CausalActivations;
  context: Tensor2D; // [B·Q, D]
}

export function forwardCausalAttention(
  { hidden, bias, selected }: CausalInput,
  weights: SelfAttentionWeights,
  { heads, epsilon }: AttentionShape,
): CausalAttention {
  const [batch] = hidden.shape;
  const normalized = normalize(toRows(hidden), epsilon); // of [B·T, D]
  const projected = tidy(() => project(readRows(normalized, weights, selected), weights, { batch, heads }));
  const { context: split, probabilities } = tidy(() => attend(projected, withLaterShut(bias, selected)));
  const context = mergeHeads(split); // [B·Q, D]
  const output = tidy(() => {
    const residual = selected === undefined ? toRows(hidden) : selectPosition(hidden, selected); // [B·Q, D]
    return add<Tensor2D>(residual, linear(context, weights.attentionOutput));
  });
  return { output, activations: { ...projected, probabilities, normalized, ...(selected && { selected }) }, context };
}

interface ReadRows {
  queried: Tensor2D; // [B·Q, D]
  attended: Tensor2D; // [B·T, D]
}

function readRows({ normalized }: Normalized, weights: SelfAttentionWeights, selected: Tensor3D | undefined): ReadRows {
  const attended = scaleAndShift(normalized, weights.attentionNorm); // [B·T, D]
  if (selected === undefined) return { queried: attended, attended };
  return { queried: selectPosition(toSequences(attended, selected.shape[0]), selected), attended };
}

function project(
  { queried, attended }: ReadRows,
  { query: asks, keyValue: answers }: SelfAttentionWeights,
  { batch, heads }: { batch: number; heads: number },
) {
  const query = splitHeads(linearProduct(queried, asks), { batch, heads, bias: asks.bias }); // [B, heads, Q, d]
  const { key, value } = splitKeyValue(linearProduct(attended, answers), { batch, heads, bias: answers.bias });
  return { query, key, value }; // key and value: [B, heads, T, d]
}

/** Gradient to query, key and value. `gradient`: [B·Q, D]. */
export function backwardCausalAttention(
  gradient: Tensor2D,
  weights: SelfAttentionWeights,
  activations: CausalActivations,
): Heads {
  const [batch, heads] = activations.query.shape;
  const context = tidy(() => splitHeads(linearInputGradient(gradient, weights.attentionOutput), { batch, heads }));
  return attendGradients(context, activations);
}

/** A backward pass come as far as query, key and value. */
export interface CausalBackward {
  /** To the block's output. */
  gradient: Tensor2D; // [B·Q, D]
  toHeads: Heads;
  activations: CausalActivations;
}

/** Gradient to what the block's LayerNorm gave. */
export function causalReadGradient(
  { toHeads, activations: { selected } }: CausalBackward,
  weights: SelfAttentionWeights,
): Tensor2D {
  return tidy(() => {
    const byAnswering = linearInputGradient(mergeKeyValue(toHeads), weights.keyValue); // [B·T, D]
    const asked = linearInputGradient(mergeHeads(toHeads.query), weights.query); // [B·Q, D]
    return add(byAnswering, selected === undefined ? asked : toRows(placePosition(asked, selected)));
  });
}

/** Gradient to the block's input. `toRead`: that of `causalReadGradient`. */
export function causalInputGradient(
  { gradient, activations }: CausalBackward,
  weights: SelfAttentionWeights,
  toRead: Tensor2D,
): Tensor3D {
  const { key, selected, normalized } = activations;
  const [batch] = key.shape;
  return tidy(() => {
    const through = toSequences(layerNormInputGradient(toRead, weights.attentionNorm, normalized), batch); // [B, T, D]
    return add(through, selected === undefined ? toSequences(gradient, batch) : placePosition(gradient, selected));
  });
}

/** Gradient to the first `count` positions alone: the products over all the others are spared. */
export function firstCausalInputGradient(
  { gradient, toHeads, activations }: CausalBackward,
  weights: SelfAttentionWeights,
  count: number,
): Tensor3D {
  const [batch] = activations.key.shape;
  const firstRows = (rows: Tensor2D) => toRows(firstPositions(toSequences(rows, batch), count)); // [B·count, ·]
  const first = (heads: Tensor4D): Tensor4D => slice(heads, [0, 0, 0, 0], [-1, -1, count, -1]); // [B, heads, count, d]
  return tidy(() => {
    const normalized = firstRows(activations.normalized.normalized);
    const forward = { normalized, inverseDeviation: firstRows(activations.normalized.inverseDeviation) };
    const answering = mergeKeyValue({ key: first(toHeads.key), value: first(toHeads.value) });
    const byAnswering = linearInputGradient(answering, weights.keyValue); // [B·count, D]
    const through = (toRead: Tensor2D) => layerNormInputGradient(toRead, weights.attentionNorm, forward);
    // The selected position is one of the text: what it asks never touches the prompt.
    if (activations.selected !== undefined) return toSequences(through(byAnswering), batch);
    const asked = linearInputGradient(mergeHeads(first(toHeads.query)), weights.query); // [B·count, D]
    return toSequences(add<Tensor2D>(through(add(byAnswering, asked)), firstRows(gradient)), batch);
  });
}

export function causalWeightGradients(
  { gradient, toHeads, activations }: CausalBackward,
  weights: SelfAttentionWeights,
  { toRead, context }: { toRead: Tensor2D; context: Tensor2D },
): SelfAttentionWeights {
  const { queried, attended } = readRows(activations.normalized, weights, activations.selected);
  return {
    query: linearWeightGradients(mergeHeads(toHeads.query), queried),
    keyValue: linearWeightGradients(mergeKeyValue(toHeads), attended),
    attentionOutput: linearWeightGradients(gradient, context),
    attentionNorm: layerNormWeightGradients(toRead, activations.normalized),
  };
}
