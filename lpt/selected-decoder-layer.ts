// The last layer of a decoder, of which only the last row of each sequence is read: it sees all of the sequence, so nothing is
// shut out, and no other row is projected or goes through the feed-forward.
import { add, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import { flowOfNorm } from './decoder-attention.ts';
import {
  backwardNormedFeedForward,
  forwardNormedFeedForward,
  normedFeedForwardWeightGradients,
} from './decoder-feed-forward.ts';
import type { DecoderLayer, GradientTo, LayerRows } from './layer.ts';
import type { FeedForwardActivations } from './feed-forward.ts';
import { runAsOneStep, type LayerBackward, type LayerGradients, type Whole } from './layer-step.ts';
import {
  layerNormForTraining,
  layerNormInputGradient,
  layerNormWeightGradients,
  type Normalized,
} from './layer-norm.ts';
import { linear, linearInputGradient, linearWeightGradients } from './linear.ts';
import { gatherRows } from './packed/gather-rows.ts';
import {
  answeringGradients,
  askingGradients,
  attendSelected,
  selectedWeightGradients,
  type SelectedActivations,
} from './selected-attention.ts';

/** [B, D] */
export function runSelectedDecoderLayer(layer: DecoderLayer, input: LayerRows, gradientTo: GradientTo): Tensor2D {
  return runAsOneStep({ infer, forward, backward }, { layer, input, gradientTo });
}

function infer(layer: DecoderLayer, input: Whole): Tensor2D {
  return tidy(() => forward(layer, input, false).output);
}

/** The activations that the backward pass needs; `forWeights` only where the weights are trained too. */
interface Kept {
  normalized: Normalized; // of [N, D]
  attention: SelectedActivations;
  feedForward: FeedForwardActivations;
  forWeights?: { queried: Tensor2D; context: Tensor2D; raised: Tensor2D };
}

function forward(layer: DecoderLayer, { rows, lengths, readAt = [] }: Whole, weightsToo: boolean) {
  const { weights, heads, epsilon } = layer;
  const { output: attended, ...normalized } = layerNormForTraining(rows, weights.attentionNorm, epsilon); // [N, D]
  const asking = Int32Array.from(readAt);
  const queried = gatherRows(attended, asking); // [B, D]
  const { context, activations } = attendSelected({ queried, attended, lengths }, weights, heads);
  const x = tidy(() => add<Tensor2D>(gatherRows(rows, asking), linear(context, weights.attentionOutput))); // [B, D]
  const feedForward = forwardNormedFeedForward(x, weights, layer);
  const kept: Kept = {
    normalized,
    attention: activations,
    feedForward: feedForward.activations,
    ...(weightsToo && { forWeights: { queried, context, raised: feedForward.raised } }),
  };
  return { output: feedForward.output, kept }; // [B, D]
}

function backward({ weights }: DecoderLayer, backward: LayerBackward<Kept>): LayerGradients {
  const { gradient, kept, lengths, flow } = backward;
  const { attention: activations, normalized, feedForward, forWeights } = kept;
  const upper = backwardNormedFeedForward(gradient, weights, feedForward); // of [B, D]
  const toContext = linearInputGradient(upper.input, weights.attentionOutput); // [B, D]
  const gradients = answeringGradients(toContext, weights, { activations, lengths });
  const { query, queried: toQueried } = askingGradients(gradients, weights); // [B, D]
  const toRead = flow.addRead(flow.of(gradients.attended), toQueried); // [F, D]
  const through = layerNormInputGradient(toRead, weights.attentionNorm, flowOfNorm(normalized, flow)); // [F, D]
  const input = flow.addRead(through, upper.input); // [F, D]
  if (forWeights === undefined) return { input };
  const { queried, context, raised } = forWeights;
  return {
    input,
    weights: {
      ...selectedWeightGradients({ gradient: toContext, query, gradients, activations, queried }),
      attentionOutput: linearWeightGradients(upper.input, context),
      attentionNorm: layerNormWeightGradients(toRead, flowOfNorm(normalized, flow)),
      ...normedFeedForwardWeightGradients({ gradients: upper, activations: feedForward, raised }, weights),
    },
  };
}
