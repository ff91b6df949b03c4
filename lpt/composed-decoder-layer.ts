// A decoder layer put together from differentiable steps: what a method changes inside a layer, and dropout, go in
// between. With neither it computes what the single step of decoder-layer.ts does.
import type { Tensor3D } from '@tensorflow/tfjs-core';
import { withLaterShut } from './attention.ts';
import { changedProduct, contextOf, endBranch, type ComposedInput } from './composed-branch.ts';
import type { DecoderLayer } from './decoder-layer.ts';
import { withoutGradient } from './own-gradient.ts';
import { addStep, biasGeluStep } from './steps/elementwise.ts';
import { normalizeStep } from './steps/norm.ts';
import { joinStep, rowsStep, selectStep, sequencesStep } from './steps/rearrange.ts';

export function runComposedDecoderLayer(layer: DecoderLayer, input: ComposedInput): Tensor3D {
  const { weights, epsilon, activation } = layer;
  const { hidden, prompt, selected, changes = {}, dropout } = input;
  const [batch] = hidden.shape;
  const select = (whole: Tensor3D) => (selected === undefined ? rowsStep(whole) : selectStep(whole, selected));
  const joined = prompt === undefined ? hidden : joinStep(prompt, hidden); // [B, p + T, D]
  const attended = normalizeStep(rowsStep(joined), weights.attentionNorm, epsilon); // [B·T, D]
  const queried = selected === undefined ? attended : select(sequencesStep(attended, batch)); // [B·Q, D]
  const attentionBias = withoutGradient(() => withLaterShut(input.attentionBias, selected)); // [B, 1, Q, T]
  const context = contextOf(layer, { ...input, attentionBias }, { queried, attended }); // [B·Q, D]
  const attention = endBranch({
    product: changedProduct('attentionOutput', context, { map: weights.attentionOutput, changes }),
    bias: weights.attentionOutput.bias,
    ...{ after: changes.afterAttention, dropout, name: 'attentionOutput' },
  });
  const x = addStep(select(joined), attention); // [B·Q, D]
  const read = normalizeStep(x, weights.outputNorm, epsilon); // [B·Q, D]
  const raised = biasGeluStep(
    changedProduct('intermediate', read, { map: weights.intermediate, changes }),
    weights.intermediate.bias,
    activation,
  ); // [B·Q, F]
  const feedForward = endBranch({
    product: changedProduct('output', raised, { map: weights.output, changes }),
    bias: weights.output.bias,
    ...{ after: changes.afterFeedForward, dropout, name: 'output' },
  });
  return sequencesStep(addStep(x, feedForward), batch); // [B, Q, D]
}
