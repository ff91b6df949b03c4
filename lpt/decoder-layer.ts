// One decoder layer (GPT-2 type: LayerNorm in front of each block, causal attention) as a single step of the tape, with its
// backward pass written out. A prompt in front of the text is seen by all of it. Where a method changes the inside of the
// layer, or dropout runs in it, composed-decoder-layer.ts runs instead.
import { concat, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Activation } from './backbone.ts';
import { runComposedDecoderLayer } from './composed-decoder-layer.ts';
import {
  backwardCausalAttention,
  causalInputGradient,
  causalReadGradient,
  causalWeightGradients,
  firstCausalInputGradient,
  forwardCausalAttention,
  type CausalActivations,
  type CausalInput,
} from './decoder-attention.ts';
import {
  backwardNormedFeedForward,
  forwardNormedFeedForward,
  normedFeedForwardWeightGradients,
} from './decoder-feed-forward.ts';
import type { EncoderLayer, GradientTo, LayerInput } from './encoder-layer.ts';
import type { FeedForwardActivations } from './feed-forward.ts';
import { runAsOneStep, type LayerBackward } from './layer-step.ts';
import { withoutGradient } from './own-gradient.ts';
import { toRows, toSequences } from './positions.ts';
import { tensorsLike, type LayerWeights } from './weights.ts';

export interface DecoderLayer extends EncoderLayer {
  activation: Activation;
}

export function runDecoderLayer(layer: DecoderLayer, input: LayerInput, gradientTo: GradientTo): Tensor3D {
  if (input.changes || input.dropout) {
    const composed = () => runComposedDecoderLayer(layer, input);
    return gradientTo === 'nothing' ? withoutGradient(composed) : composed();
  }
  return runAsOneStep({ infer, forward, backward }, { layer, input, gradientTo });
}

function infer(layer: DecoderLayer, input: LayerInput): Tensor2D {
  const attended = tidy(() => forwardCausalAttention(causalInput(input), layer.weights, layer).output); // [B·Q, D]
  return tidy(() => forwardNormedFeedForward(attended, layer.weights, layer).output);
}

/** The activations that the backward pass needs; `forWeights` only where the weights are trained too. */
interface Kept {
  attention: CausalActivations;
  feedForward: FeedForwardActivations;
  forWeights?: { context: Tensor2D; raised: Tensor2D };
}

function forward(layer: DecoderLayer, input: LayerInput, weightsToo: boolean): { output: Tensor3D; kept: Kept } {
  const attention = forwardCausalAttention(causalInput(input), layer.weights, layer);
  const feedForward = forwardNormedFeedForward(attention.output, layer.weights, layer);
  const kept: Kept = {
    attention: attention.activations,
    feedForward: feedForward.activations,
    ...(weightsToo && { forWeights: { context: attention.context, raised: feedForward.raised } }),
  };
  return { output: toSequences(feedForward.output, input.hidden.shape[0]), kept };
}

function causalInput({ hidden, prompt, selected, attentionBias: bias }: LayerInput): CausalInput {
  const joined = prompt === undefined ? hidden : concat([prompt, hidden], 1); // [B, p + T, D]
  return { hidden: joined, bias, ...(selected && { selected }) };
}

function backward({ weights }: DecoderLayer, { gradient, kept, promptLength }: LayerBackward<Kept>): Tensor[] {
  const { attention: activations, feedForward, forWeights } = kept;
  const upper = backwardNormedFeedForward(toRows(gradient), weights, feedForward);
  const toHeads = backwardCausalAttention(upper.input, weights, activations);
  const lower = { gradient: upper.input, toHeads, activations };
  const toPrompt = promptLength === undefined ? null : firstCausalInputGradient(lower, weights, promptLength);
  if (toPrompt !== null && forWeights === undefined) return [toPrompt];
  const toRead = causalReadGradient(lower, weights); // [B·T, D]
  const toInput = toPrompt ?? causalInputGradient(lower, weights, toRead); // [B, T, D]
  if (forWeights === undefined) return [toInput];
  const { context, raised } = forWeights;
  const toWeights: LayerWeights = {
    ...causalWeightGradients(lower, weights, { toRead, context }),
    ...normedFeedForwardWeightGradients({ gradients: upper, activations: feedForward, raised }, weights),
  };
  return [toInput, ...tensorsLike(weights, toWeights)];
}
