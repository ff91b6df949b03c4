// A decoder layer put together from differentiable steps: what a method changes inside a layer, and dropout, go in
// between. With neither it computes what the single step of decoder-layer.ts does.
import type { Tensor2D } from '@tensorflow/tfjs-core';
import {
  changedProduct,
  composedContext,
  endBranch,
  joinedRows,
  rowsReadAt,
  type ComposedInput,
} from './composed-branch.ts';
import type { DecoderLayer } from './layer.ts';
import { addStep, biasGeluStep } from './steps/elementwise.ts';
import { normalizeStep } from './steps/norm.ts';

/** [N, D], or [B, D] where the last row of each sequence alone is read. */
export function runComposedDecoderLayer(layer: DecoderLayer, input: ComposedInput): Tensor2D {
  const { weights, epsilon, activation } = layer;
  const { readAt, changes = {}, dropout } = input;
  const joined = joinedRows(input); // [Q, D], [N, D]
  const { places } = joined.queried;
  const attended = { ...joined.attended, rows: normalizeStep(joined.attended.rows, weights.attentionNorm, epsilon) };
  const queried = readAt === undefined ? attended : { places, rows: rowsReadAt(attended.rows, readAt) };
  // The last row sees all of its sequence: nothing is shut out.
  const context = composedContext(layer, { ...input, causal: readAt === undefined }, { queried, attended }); // [Q, D]
  const attention = endBranch({
    product: changedProduct('attentionOutput', { rows: context, places }, { map: weights.attentionOutput, changes }),
    bias: weights.attentionOutput.bias,
    ...{ places, after: changes.afterAttention, dropout, name: 'attentionOutput' },
  });
  const x = addStep(joined.queried.rows, attention); // [Q, D]
  const read = normalizeStep(x, weights.outputNorm, epsilon); // [Q, D]
  const raised = biasGeluStep(
    changedProduct('intermediate', { rows: read, places }, { map: weights.intermediate, changes }),
    weights.intermediate.bias,
    activation,
  ); // [Q, F]
  const feedForward = endBranch({
    product: changedProduct('output', { rows: raised, places }, { map: weights.output, changes }),
    bias: weights.output.bias,
    ...{ places, after: changes.afterFeedForward, dropout, name: 'output' },
  });
  return addStep(x, feedForward); // [Q, D]
}
