// The first half of a decoder layer, x → x + Wₒ attention(LayerNorm(x)), each position seeing those up to itself alone.
import { add, tidy, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Flow } from './layer-step.ts';
import {
  layerNorm,
  layerNormForTraining,
  layerNormInputGradient,
  layerNormWeightGradients,
  scaleAndShift,
  type Normalized,
} from './layer-norm.ts';
import { linear, linearInputGradient, linearWeightGradients } from './linear.ts';
import { attentionGradients, contextForTraining, contextOf, type Projected } from './packed/attention.ts';
import {
  attentionOf,
  project,
  type AttentionInput,
  type AttentionShape,
  type SelfAttentionWeights,
} from './self-attention.ts';

export interface CausalActivations {
  projected: Projected;
  probabilities: Tensor;
  normalized: Normalized; // of [N, D]
}

export interface CausalAttention {
  output: Tensor2D; // [N, D]
  activations: CausalActivations;
  context: Tensor2D; // [N, D]
}

/** [N, D]; nothing is kept for a way back. */
export function inferCausalAttention(
  { rows, lengths }: AttentionInput,
  weights: SelfAttentionWeights,
  { heads, epsilon }: AttentionShape,
): Tensor2D {
  return tidy(() => {
    const projected = tidy(() => project(layerNorm(rows, weights.attentionNorm, epsilon), weights));
    const context = contextOf(attentionOf(projected, weights, { lengths, heads, causal: true })); // [N, D]
    return add<Tensor2D>(rows, linear(context, weights.attentionOutput));
  });
}

export function forwardCausalAttention(
  { rows, lengths }: AttentionInput,
  weights: SelfAttentionWeights,
  { heads, epsilon }: AttentionShape,
): CausalAttention {
  const { output: read, ...normalized } = layerNormForTraining(rows, weights.attentionNorm, epsilon); // [N, D]
  const { query, keyValue } = project(read, weights);
  read.dispose();
  const projected = { query, keyValue };
  const attention = attentionOf(projected, weights, { lengths, heads, causal: true });
  const { context, probabilities } = contextForTraining(attention);
  const output = tidy(() => add<Tensor2D>(rows, linear(context, weights.attentionOutput)));
  return { output, activations: { projected, probabilities, normalized }, context };
}

/** A backward pass come as far as the projections. */
export interface CausalBackward {
  /** To the block's output. */
  gradient: Tensor2D; // [N, D]
  toProjected: Projected;
  activations: CausalActivations;
}

/** `gradient`: to the block's output, [N, D]. */
export function backwardCausalAttention(
  gradient: Tensor2D,
  { weights, heads }: { weights: SelfAttentionWeights; heads: number },
  { activations, lengths }: { activations: CausalActivations; lengths: readonly number[] },
): CausalBackward {
  const { projected, probabilities } = activations;
  const toContext = linearInputGradient(gradient, weights.attentionOutput); // [N, D]
  const attention = { ...attentionOf(projected, weights, { lengths, heads, causal: true }), probabilities };
  return { gradient, toProjected: attentionGradients(toContext, attention), activations };
}

/** To what the block's LayerNorm gave, at the rows that a gradient is asked for. */
export function causalReadGradient(
  { toProjected: { query, keyValue } }: CausalBackward,
  weights: SelfAttentionWeights,
  flow: Flow,
): Tensor2D {
  return tidy(() => {
    const byAnswering = linearInputGradient(flow.of(keyValue), weights.keyValue); // [F, D]
    return add(byAnswering, linearInputGradient(flow.of(query), weights.query));
  });
}

/** To the block's input. `toRead`: that of `causalReadGradient`. */
export function causalInputGradient(
  { gradient, activations: { normalized } }: CausalBackward,
  { attentionNorm }: SelfAttentionWeights,
  { toRead, flow }: { toRead: Tensor2D; flow: Flow },
): Tensor2D {
  return tidy(() => {
    const through = layerNormInputGradient(toRead, attentionNorm, flowOfNorm(normalized, flow)); // [F, D]
    return add(through, flow.of(gradient));
  });
}

export function flowOfNorm({ normalized, inverseDeviation }: Normalized, flow: Flow): Normalized {
  return { normalized: flow.of(normalized), inverseDeviation: flow.of(inverseDeviation) };
}

/** Where weights are trained a gradient is asked for at every row. */
export function causalWeightGradients(
  { gradient, toProjected, activations }: CausalBackward,
  weights: SelfAttentionWeights,
  { toRead, context, flow }: { toRead: Tensor2D; context: Tensor2D; flow: Flow },
): SelfAttentionWeights {
  const attended = scaleAndShift(activations.normalized.normalized, weights.attentionNorm); // [N, D]
  return {
    query: linearWeightGradients(toProjected.query, attended),
    keyValue: linearWeightGradients(toProjected.keyValue, attended),
    attentionOutput: linearWeightGradients(gradient, context),
    attentionNorm: layerNormWeightGradients(toRead, flowOfNorm(activations.normalized, flow)),
  };
}
