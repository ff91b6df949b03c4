// The last layer of a BERT-type model, of which only one row a sequence is read: one step of the tape, with its backward
// pass written out.
import { add, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import type { EncoderLayer, GradientTo, LayerRows } from './layer.ts';
import {
  backwardFeedForward,
  feedForwardWeightGradients,
  forwardFeedForward,
  inferFeedForward,
  type FeedForwardActivations,
} from './feed-forward.ts';
import { runAsOneStep, type LayerBackward, type LayerGradients, type Whole } from './layer-step.ts';
import {
  addAndNormalize,
  addAndNormalizeForTraining,
  layerNormInputGradient,
  layerNormWeightGradients,
  scaleAndShift,
  type Normalized,
} from './layer-norm.ts';
import { linearInputGradient, linearWeightGradients } from './linear.ts';
import { gatherRows } from './packed/gather-rows.ts';
import {
  answeringGradients,
  askingGradients,
  attendSelected,
  selectedWeightGradients,
  type SelectedActivations,
  type SelectedInput,
} from './selected-attention.ts';
import { blockSum } from './self-attention.ts';

/** [B, D] */
export function runSelectedLayer(layer: EncoderLayer, input: LayerRows, gradientTo: GradientTo): Tensor2D {
  return runAsOneStep({ infer, forward, backward }, { layer, input, gradientTo });
}

function selectedInput({ rows, lengths, readAt = [] }: Whole): SelectedInput {
  return { queried: gatherRows(rows, Int32Array.from(readAt)), attended: rows, lengths };
}

function infer({ weights, heads, epsilon }: EncoderLayer, input: Whole): Tensor2D {
  return tidy(() => {
    const rows = selectedInput(input);
    const { context } = attendSelected(rows, weights, heads); // [B, D]
    const x = addAndNormalize(blockSum(rows.queried, context, weights), weights.attentionNorm, epsilon); // [B, D]
    return inferFeedForward(x, weights, epsilon);
  });
}

/** The activations that the backward pass needs; `forWeights` only where the weights are trained too. */
interface Kept {
  attention: SelectedActivations;
  normalized: Normalized;
  feedForward: FeedForwardActivations;
  forWeights?: { queried: Tensor2D; context: Tensor2D; raised: Tensor2D };
}

function forward({ weights, heads, epsilon }: EncoderLayer, input: Whole, weightsToo: boolean) {
  const rows = selectedInput(input);
  const { context, activations } = attendSelected(rows, weights, heads);
  const { output: x, ...normalized } = tidy(() =>
    addAndNormalizeForTraining(blockSum(rows.queried, context, weights), weights.attentionNorm, epsilon),
  );
  const feedForward = forwardFeedForward(x, weights, epsilon);
  const kept: Kept = {
    attention: activations,
    normalized,
    feedForward: feedForward.activations,
    ...(weightsToo && { forWeights: { queried: rows.queried, context, raised: feedForward.raised } }),
  };
  return { output: feedForward.output, kept }; // [B, D]
}

function backward({ weights }: EncoderLayer, backward: LayerBackward<Kept>): LayerGradients {
  const { gradient, kept, lengths, flow } = backward;
  const { attention: activations, normalized, forWeights } = kept;
  const feedForward = backwardFeedForward(gradient, weights, kept.feedForward);
  const sum = layerNormInputGradient(feedForward.input, weights.attentionNorm, normalized); // [B, D]
  const toContext = linearInputGradient(sum, weights.attentionOutput); // [B, D]
  const gradients = answeringGradients(toContext, weights, { activations, lengths });
  const asking = askingGradients(gradients, weights); // [B, D]
  const input = flow.addRead(flow.of(gradients.attended), add(sum, asking.queried)); // [F, D]
  if (forWeights === undefined) return { input };
  const { queried, context, raised } = forWeights;
  const x = scaleAndShift(normalized.normalized, weights.attentionNorm); // [B, D]
  const { query } = asking;
  return {
    input,
    weights: {
      ...selectedWeightGradients({ gradient: toContext, query, gradients, activations, queried }),
      attentionOutput: linearWeightGradients(sum, context),
      attentionNorm: layerNormWeightGradients(feedForward.input, normalized),
      ...feedForwardWeightGradients(gradient, { gradients: feedForward, activations: kept.feedForward, x, raised }),
    },
  };
}
