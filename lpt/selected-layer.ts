// The last layer of a BERT-type model, of which only one position an example is read: one step of the tape, with its
// backward pass written out.
import { add, concat, tidy, type Tensor, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import type { EncoderLayer, GradientTo, LayerInput } from './encoder-layer.ts';
import {
  backwardFeedForward,
  feedForwardWeightGradients,
  forwardFeedForward,
  inferFeedForward,
  type FeedForwardActivations,
} from './feed-forward.ts';
import { runAsOneStep, type LayerBackward } from './layer-step.ts';
import { scaleAndShift } from './layer-norm.ts';
import { placePosition, selectPosition, toRows, toSequences } from './positions.ts';
import {
  answeringGradient,
  askingGradients,
  backwardSelectedAttention,
  forwardSelectedAttention,
  inferSelectedAttention,
  selectedWeightGradients,
  type SelectedActivations,
  type SelectedInput,
} from './selected-attention.ts';
import { tensorsLike, type LayerWeights } from './weights.ts';

export type SelectedLayerInput = LayerInput & Required<Pick<LayerInput, 'selected'>>;

/** [B, 1, D] */
export function runSelectedLayer(layer: EncoderLayer, input: SelectedLayerInput, gradientTo: GradientTo): Tensor3D {
  return runAsOneStep({ infer, forward, backward }, { layer, input, gradientTo });
}

function infer(layer: EncoderLayer, input: SelectedLayerInput): Tensor2D {
  return tidy(() => {
    const x = inferSelectedAttention(attentionInput(input), layer.weights, layer); // [B, D]
    return inferFeedForward(x, layer.weights, layer.epsilon);
  });
}

/** The activations that the backward pass needs; `forWeights` only where the weights are trained too. */
interface Kept {
  attention: SelectedActivations;
  feedForward: FeedForwardActivations;
  selected: Tensor3D; // [B, 1, p + T]
  forWeights?: { queried: Tensor2D; raised: Tensor2D };
}

function forward(layer: EncoderLayer, input: SelectedLayerInput, weightsToo: boolean) {
  const rows = attentionInput(input);
  const attention = forwardSelectedAttention(rows, layer.weights, layer);
  const feedForward = forwardFeedForward(attention.output, layer.weights, layer.epsilon);
  const kept: Kept = {
    attention: attention.activations,
    feedForward: feedForward.activations,
    selected: input.selected,
    ...(weightsToo && { forWeights: { queried: rows.queried, raised: feedForward.raised } }),
  };
  return { output: toSequences(feedForward.output, rows.attended.shape[0]), kept }; // [B, 1, D]
}

function attentionInput({ hidden, prompt, selected, attentionBias: bias }: SelectedLayerInput): SelectedInput {
  const attended = prompt === undefined ? hidden : concat([prompt, hidden], 1); // [B, p + T, D]
  return { queried: selectPosition(attended, selected), attended, bias };
}

function backward({ weights }: EncoderLayer, { gradient, kept, promptLength }: LayerBackward<Kept>): Tensor[] {
  const { attention: activations, selected, forWeights } = kept;
  const toOutput = toRows(gradient); // [B, D]
  const feedForward = backwardFeedForward(toOutput, weights, kept.feedForward);
  const gradients = backwardSelectedAttention(feedForward.input, weights, activations);
  const answering = answeringGradient(gradients, activations, promptLength); // [B, p or T, D]
  // The selected position is one of the text: what it asks never touches the prompt.
  if (promptLength !== undefined && forWeights === undefined) return [answering];
  const asking = askingGradients(gradients, weights, activations);
  const toInput = promptLength === undefined ? add(answering, placePosition(asking.queried, selected)) : answering;
  if (forWeights === undefined) return [toInput];
  const { queried, raised } = forWeights;
  const x = scaleAndShift(activations.normalized, weights.attentionNorm); // [B, D]
  const toWeights: LayerWeights = {
    ...selectedWeightGradients(feedForward.input, { gradients, asking, activations, queried }),
    ...feedForwardWeightGradients(toOutput, { gradients: feedForward, activations: kept.feedForward, x, raised }),
  };
  return [toInput, ...tensorsLike(weights, toWeights)];
}
