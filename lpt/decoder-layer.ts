// One decoder layer (GPT-2 type: LayerNorm in front of each block, causal attention) as a single step of the tape, with its
// backward pass written out. A prompt in front of the text is seen by all of it. Where a method changes the inside of the
// layer, or dropout runs in it, composed-decoder-layer.ts runs instead.
import { tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import {
  backwardCausalAttention,
  causalInputGradient,
  causalReadGradient,
  causalWeightGradients,
  forwardCausalAttention,
  inferCausalAttention,
  type CausalActivations,
} from './decoder-attention.ts';
import {
  backwardNormedFeedForward,
  forwardNormedFeedForward,
  inferNormedFeedForward,
  normedFeedForwardWeightGradients,
} from './decoder-feed-forward.ts';
import type { DecoderLayer, GradientTo, LayerRows } from './layer.ts';
import type { FeedForwardActivations } from './feed-forward.ts';
import { runAsOneStep, type LayerBackward, type LayerGradients, type Whole } from './layer-step.ts';
import { runSelectedDecoderLayer } from './selected-decoder-layer.ts';

/** [N, D], or [B, D] where the last row of each sequence alone is read. */
export function runDecoderLayer(layer: DecoderLayer, input: LayerRows, gradientTo: GradientTo): Tensor2D {
  if (input.readAt) return runSelectedDecoderLayer(layer, input, gradientTo);
  return runAsOneStep({ infer, forward, backward }, { layer, input, gradientTo });
}

function infer(layer: DecoderLayer, input: Whole): Tensor2D {
  return tidy(() => {
    const attended = inferCausalAttention(input, layer.weights, layer); // [N, D]
    return inferNormedFeedForward(attended, layer.weights, layer);
  });
}

/** The activations that the backward pass needs; `forWeights` only where the weights are trained too. */
interface Kept {
  attention: CausalActivations;
  feedForward: FeedForwardActivations;
  forWeights?: { context: Tensor2D; raised: Tensor2D };
}

function forward(layer: DecoderLayer, input: Whole, weightsToo: boolean): { output: Tensor2D; kept: Kept } {
  const attention = forwardCausalAttention(input, layer.weights, layer);
  const feedForward = forwardNormedFeedForward(attention.output, layer.weights, layer);
  const kept: Kept = {
    attention: attention.activations,
    feedForward: feedForward.activations,
    ...(weightsToo && { forWeights: { context: attention.context, raised: feedForward.raised } }),
  };
  return { output: feedForward.output, kept };
}

function backward(layer: DecoderLayer, { gradient, kept, lengths, flow }: LayerBackward<Kept>): LayerGradients {
  const { attention: activations, feedForward, forWeights } = kept;
  const { weights } = layer;
  const upper = backwardNormedFeedForward(gradient, weights, feedForward);
  const lower = backwardCausalAttention(upper.input, layer, { activations, lengths });
  const toRead = causalReadGradient(lower, weights, flow); // [F, D]
  const input = causalInputGradient(lower, weights, { toRead, flow }); // [F, D]
  if (forWeights === undefined) return { input };
  const { context, raised } = forWeights;
  return {
    input,
    weights: {
      ...causalWeightGradients(lower, weights, { toRead, context, flow }),
      ...normedFeedForwardWeightGradients({ gradients: upper, activations: feedForward, raised }, weights),
    },
  };
}
