// An encoder layer put together from differentiable steps: what a method changes inside a layer, and dropout, go in
// between. With neither it computes what the single step of encoder-layer.ts does.
import { zeros, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { changedProduct, contextOf, endBranch, type BranchEnd, type ComposedInput } from './composed-branch.ts';
import type { EncoderLayer } from './encoder-layer.ts';
import type { LayerNorm } from './layer-norm.ts';
import { biasGeluStep } from './steps/elementwise.ts';
import { addAndNormalizeStep } from './steps/norm.ts';
import { joinStep, rowsStep, selectStep, sequencesStep } from './steps/rearrange.ts';

export function runComposedLayer(layer: EncoderLayer, input: ComposedInput): Tensor3D {
  const { weights, epsilon } = layer;
  const { changes = {}, dropout } = input;
  const joined = input.prompt === undefined ? input.hidden : joinStep(input.prompt, input.hidden); // [B, p + T, D]
  const attended = rowsStep(joined); // [B·T, D]
  const queried = input.selected === undefined ? attended : selectStep(joined, input.selected); // [B·Q, D]
  const context = contextOf(layer, input, { queried, attended }); // [B·Q, D]
  const x = endBlock({
    product: changedProduct('attentionOutput', context, { map: weights.attentionOutput, changes }),
    bias: weights.attentionOutput.bias,
    ...{ residual: queried, norm: weights.attentionNorm, epsilon },
    ...{ after: changes.afterAttention, dropout, name: 'attentionOutput' },
  });
  const raised = biasGeluStep(
    changedProduct('intermediate', x, { map: weights.intermediate, changes }),
    weights.intermediate.bias,
  ); // [B·Q, F]
  const output = endBlock({
    product: changedProduct('output', raised, { map: weights.output, changes }),
    bias: weights.output.bias,
    ...{ residual: x, norm: weights.outputNorm, epsilon },
    ...{ after: changes.afterFeedForward, dropout, name: 'output' },
  });
  return sequencesStep(output, joined.shape[0]); // [B, Q, D]
}

interface BlockEnd extends BranchEnd {
  residual: Tensor2D; // [N, D]
  norm: LayerNorm;
  epsilon: number;
}

function endBlock({ product, bias, residual, norm, epsilon, ...between }: BlockEnd): Tensor2D {
  if (between.after === undefined && between.dropout === undefined) {
    return addAndNormalizeStep({ product, bias, residual }, norm, epsilon);
  }
  const changed = endBranch({ product, bias, ...between });
  return addAndNormalizeStep({ product: changed, bias: zeros([bias.size]), residual }, norm, epsilon);
}
