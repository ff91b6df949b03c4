// A whole layer as a single step of the tape: its backward pass is written out, and only what that needs is kept.
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { EncoderLayer, GradientTo, LayerInput } from './encoder-layer.ts';
import { withOwnGradient, withoutGradient } from './own-gradient.ts';
import { toSequences } from './positions.ts';
import { tensorsOf } from './weights.ts';

export interface LayerPass<Layer extends EncoderLayer, Input extends LayerInput, Kept extends object> {
  /** Rows of the output, [B·Q, D]. */
  infer: (layer: Layer, input: Input) => Tensor2D;
  /** `weightsToo`: keeps what the weights' gradients need as well. */
  forward: (layer: Layer, input: Input, weightsToo: boolean) => { output: Tensor3D; kept: Kept };
  /** To the prompt, or to `hidden` where there is none; then to the weights, where `kept` is for them too. */
  backward: (layer: Layer, backward: LayerBackward<Kept>) => Tensor[];
}

export interface LayerBackward<Kept extends object> {
  gradient: Tensor3D; // [B, Q, D]
  kept: Kept;
  promptLength: number | undefined;
}

export interface LayerCall<Layer extends EncoderLayer, Input extends LayerInput> {
  layer: Layer;
  input: Input;
  gradientTo: GradientTo;
}

/** [B, Q, D] */
export function runAsOneStep<Layer extends EncoderLayer, Input extends LayerInput, Kept extends object>(
  { infer, forward, backward }: LayerPass<Layer, Input, Kept>,
  { layer, input, gradientTo }: LayerCall<Layer, Input>,
): Tensor3D {
  const { hidden, prompt } = input;
  if (gradientTo === 'nothing') return withoutGradient(() => toSequences(infer(layer, input), hidden.shape[0]));
  const weightsToo = gradientTo === 'input and weights';
  return withOwnGradient({
    inputs: [prompt ?? hidden, ...(weightsToo ? tensorsOf(layer.weights) : [])],
    forward: () => forward(layer, input, weightsToo),
    backward: (gradient, kept) => backward(layer, { gradient, kept, promptLength: prompt?.shape[1] }),
  });
}
