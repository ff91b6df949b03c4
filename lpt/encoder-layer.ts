// One encoder layer of a BERT-type model as a single step of the tape, with its backward pass written out. Where a method
// changes the inside of the layer, or dropout runs in it, composed-layer.ts runs instead.
import type { Tensor2D } from '@tensorflow/tfjs-core';
import {
  backwardFeedForward,
  feedForwardWeightGradients,
  forwardFeedForward,
  inferFeedForward,
  type FeedForwardActivations,
} from './feed-forward.ts';
import type { EncoderLayer, GradientTo, LayerRows } from './layer.ts';
import { runAsOneStep, type LayerBackward, type LayerGradients, type Whole } from './layer-step.ts';
import { scaleAndShift } from './layer-norm.ts';
import { runSelectedLayer } from './selected-layer.ts';
import {
  backwardSelfAttention,
  forwardSelfAttention,
  inferSelfAttention,
  rowsGradient,
  selfAttentionWeightGradients,
  type AttentionActivations,
} from './self-attention.ts';
import type { LayerWeights } from './weights.ts';

/** [N, D], or [B, D] where one row a sequence is read. */
export function runEncoderLayer(layer: EncoderLayer, input: LayerRows, gradientTo: GradientTo): Tensor2D {
  if (input.readAt) return runSelectedLayer(layer, input, gradientTo);
  return runAsOneStep({ infer, forward, backward }, { layer, input, gradientTo });
}

function infer(layer: EncoderLayer, { rows, lengths }: Whole): Tensor2D {
  const attended = inferSelfAttention({ rows, lengths }, layer.weights, layer); // [N, D]
  return inferFeedForward(attended, layer.weights, layer.epsilon);
}

/** The activations that the backward pass needs; `forWeights` only where the weights are trained too. */
interface Kept {
  attention: AttentionActivations;
  feedForward: FeedForwardActivations;
  forWeights?: { rows: Tensor2D; context: Tensor2D; raised: Tensor2D };
}

function forward(layer: EncoderLayer, { rows, lengths }: Whole, weightsToo: boolean): { output: Tensor2D; kept: Kept } {
  const attention = forwardSelfAttention({ rows, lengths }, layer.weights, layer);
  const feedForward = forwardFeedForward(attention.output, layer.weights, layer.epsilon);
  const kept: Kept = {
    attention: attention.activations,
    feedForward: feedForward.activations,
    ...(weightsToo && { forWeights: { rows, context: attention.context, raised: feedForward.raised } }),
  };
  return { output: feedForward.output, kept };
}

function backward(layer: EncoderLayer, { gradient, kept, lengths, flow }: LayerBackward<Kept>): LayerGradients {
  const { weights } = layer;
  const feedForward = backwardFeedForward(gradient, weights, kept.feedForward);
  const attention = backwardSelfAttention(feedForward.input, layer, { activations: kept.attention, lengths });
  const input = rowsGradient(attention, weights, flow); // [F, D]
  if (kept.forWeights === undefined) return { input };
  const { rows, context, raised } = kept.forWeights;
  const x = scaleAndShift(kept.attention.normalized, weights.attentionNorm); // [N, D]
  const toWeights: LayerWeights = {
    ...selfAttentionWeightGradients(feedForward.input, {
      ...{ gradients: attention, activations: kept.attention },
      ...{ rows, context },
    }),
    ...feedForwardWeightGradients(gradient, { gradients: feedForward, activations: kept.feedForward, x, raised }),
  };
  return { input, weights: toWeights };
}
