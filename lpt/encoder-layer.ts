// One encoder layer of a BERT-type model as a single step of the tape, with its backward pass written out. Where a method
// changes the inside of the layer, or dropout runs in it, composed-layer.ts runs instead.
import { concat } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { runComposedLayer } from './composed-layer.ts';
import {
  backwardFeedForward,
  feedForwardWeightGradients,
  forwardFeedForward,
  inferFeedForward,
  type FeedForwardActivations,
} from './feed-forward.ts';
import type { LayerChanges, LayerDropout } from './layer-changes.ts';
import { runAsOneStep, type LayerBackward } from './layer-step.ts';
import { scaleAndShift } from './layer-norm.ts';
import { withoutGradient } from './own-gradient.ts';
import { toRows, toSequences } from './positions.ts';
import { runSelectedLayer } from './selected-layer.ts';
import {
  backwardSelfAttention,
  firstRowsGradient,
  forwardSelfAttention,
  inferSelfAttention,
  rowsGradient,
  selfAttentionWeightGradients,
  type AttentionActivations,
  type AttentionInput,
} from './self-attention.ts';
import { tensorsLike, type LayerWeights } from './weights.ts';

export interface EncoderLayer {
  weights: LayerWeights;
  heads: number;
  epsilon: number;
}

export interface LayerInput {
  hidden: Tensor3D; // [B, T, D]
  /** Joins before position 0: one sequence of p + T positions from here on. `hidden` is then a constant. */
  prompt?: Tensor3D; // [B, p, D]
  /** Covers the prompt as well. */
  attentionBias: Tensor4D; // [B, 1, 1, p + T]
  /** One-hot: only this position of each example is read, and the output is [B, 1, D]. */
  selected?: Tensor3D; // [B, 1, p + T]
  /** What the method does inside the layer. */
  changes?: LayerChanges;
  dropout?: LayerDropout;
}

/** What a gradient can be asked for. The input is the prompt where there is one. */
export type GradientTo = 'nothing' | 'input' | 'input and weights';

export function runEncoderLayer(layer: EncoderLayer, input: LayerInput, gradientTo: GradientTo): Tensor3D {
  if (input.changes || input.dropout) {
    const composed = () => runComposedLayer(layer, input);
    return gradientTo === 'nothing' ? withoutGradient(composed) : composed();
  }
  if (input.selected) return runSelectedLayer(layer, { ...input, selected: input.selected }, gradientTo);
  return runAsOneStep({ infer, forward, backward }, { layer, input, gradientTo });
}

function infer(layer: EncoderLayer, input: LayerInput): Tensor2D {
  const attended = inferSelfAttention(attentionInput(input), layer.weights, layer);
  return inferFeedForward(attended, layer.weights, layer.epsilon);
}

/** The activations that the backward pass needs; `forWeights` only where the weights are trained too. */
interface Kept {
  attention: AttentionActivations;
  feedForward: FeedForwardActivations;
  forWeights?: { rows: Tensor2D; context: Tensor2D; raised: Tensor2D };
}

function forward(layer: EncoderLayer, input: LayerInput, weightsToo: boolean): { output: Tensor3D; kept: Kept } {
  const asked = attentionInput(input);
  const attention = forwardSelfAttention(asked, layer.weights, layer);
  const feedForward = forwardFeedForward(attention.output, layer.weights, layer.epsilon);
  const kept: Kept = {
    attention: attention.activations,
    feedForward: feedForward.activations,
    ...(weightsToo && { forWeights: { rows: asked.rows, context: attention.context, raised: feedForward.raised } }),
  };
  return { output: toSequences(feedForward.output, asked.batch), kept };
}

function attentionInput({ hidden, prompt, attentionBias }: LayerInput): AttentionInput {
  const joined = prompt === undefined ? hidden : concat([prompt, hidden], 1); // [B, p + T, D]
  return { rows: toRows(joined), bias: attentionBias, batch: hidden.shape[0] };
}

function backward({ weights }: EncoderLayer, { gradient, kept, promptLength }: LayerBackward<Kept>): Tensor[] {
  const toOutput = toRows(gradient); // [B·T, D]
  const feedForward = backwardFeedForward(toOutput, weights, kept.feedForward);
  const attention = backwardSelfAttention(feedForward.input, weights, kept.attention);
  const toRowsBelow =
    promptLength === undefined ? rowsGradient(attention, weights) : firstRowsGradient(attention, weights, promptLength);
  const toInput = toSequences(toRowsBelow, gradient.shape[0]); // [B, T or p, D]
  if (kept.forWeights === undefined) return [toInput];
  const { rows, context, raised } = kept.forWeights;
  const x = scaleAndShift(kept.attention.normalized, weights.attentionNorm); // [B·T, D]
  const toWeights: LayerWeights = {
    ...selfAttentionWeightGradients(feedForward.input, {
      ...{ gradients: attention, activations: kept.attention },
      ...{ rows, context },
    }),
    ...feedForwardWeightGradients(toOutput, { gradients: feedForward, activations: kept.feedForward, x, raised }),
  };
  return [toInput, ...tensorsLike(weights, toWeights)];
}
