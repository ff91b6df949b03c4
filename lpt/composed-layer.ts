// An encoder layer put together from differentiable steps: what a method changes inside a layer, and dropout, go in
// between. With neither it computes what the single step of encoder-layer.ts does.
import { zeros, type Tensor2D } from '@tensorflow/tfjs-core';
import {
  changedProduct,
  composedContext,
  endBranch,
  joinedRows,
  type BranchEnd,
  type ComposedInput,
} from './composed-branch.ts';
import type { EncoderLayer } from './layer.ts';
import type { LayerNorm } from './layer-norm.ts';
import { biasGeluStep } from './steps/elementwise.ts';
import { addAndNormalizeStep } from './steps/norm.ts';

/** [N, D], or [B, D] where one row a sequence is read. */
export function runComposedLayer(layer: EncoderLayer, input: ComposedInput): Tensor2D {
  const { weights, epsilon } = layer;
  const { changes = {}, dropout } = input;
  const { queried, attended } = joinedRows(input); // [Q, D], [N, D]
  const { places } = queried;
  const context = composedContext(layer, { ...input, causal: false }, { queried, attended }); // [Q, D]
  const x = endBlock({
    product: changedProduct('attentionOutput', { rows: context, places }, { map: weights.attentionOutput, changes }),
    bias: weights.attentionOutput.bias,
    ...{ places, residual: queried.rows, norm: weights.attentionNorm, epsilon },
    ...{ after: changes.afterAttention, dropout, name: 'attentionOutput' },
  });
  const raised = biasGeluStep(
    changedProduct('intermediate', { rows: x, places }, { map: weights.intermediate, changes }),
    weights.intermediate.bias,
  ); // [Q, F]
  return endBlock({
    product: changedProduct('output', { rows: raised, places }, { map: weights.output, changes }),
    bias: weights.output.bias,
    ...{ places, residual: x, norm: weights.outputNorm, epsilon },
    ...{ after: changes.afterFeedForward, dropout, name: 'output' },
  });
}

interface BlockEnd extends BranchEnd {
  residual: Tensor2D; // [Q, D]
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
