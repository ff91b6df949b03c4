// An encoder layer put together from differentiable steps: what a method changes inside a layer, and dropout, go in
// between. With neither it computes what the single step of encoder-layer.ts does.
import { zeros, type Rank, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D } from '@tensorflow/tfjs-core';
import type { EncoderLayer, LayerInput } from './encoder-layer.ts';
import type { LayerChanges, LayerDropout, LinearMap, RowChange } from './layer-changes.ts';
import type { LayerNorm } from './layer-norm.ts';
import type { AnyLinear } from './linear.ts';
import { attentionStep } from './steps/attention.ts';
import { dropoutStep, maskOf } from './steps/dropout.ts';
import { addBias, addStep, biasGeluStep } from './steps/elementwise.ts';
import { productStep } from './steps/linear.ts';
import { addAndNormalizeStep } from './steps/norm.ts';
import { addToColumns, joinStep, rowsStep, selectStep, sequencesStep } from './steps/rearrange.ts';

export function runComposedLayer(layer: EncoderLayer, input: LayerInput): Tensor3D {
  const { weights, epsilon } = layer;
  const { changes = {}, dropout } = input;
  const joined = input.prompt === undefined ? input.hidden : joinStep(input.prompt, input.hidden); // [B, p + T, D]
  const attended = rowsStep(joined); // [B·T, D]
  const queried = input.selected === undefined ? attended : selectStep(joined, input.selected); // [B·Q, D]
  const context = attentionOf(layer, input, { queried, attended }); // [B·Q, D]
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

/** x Wᵀ and what the method adds to it. */
export function changedProduct(
  name: LinearMap,
  rows: Tensor2D,
  { map, changes }: { map: AnyLinear; changes: LayerChanges },
): Tensor2D {
  const product = productStep(rows, map);
  const delta = changes.deltas?.[name];
  return delta === undefined ? product : addStep(product, delta(rows));
}

function attentionOf(
  { weights, heads }: EncoderLayer,
  { changes = {}, dropout, attentionBias }: LayerInput,
  { queried, attended }: { queried: Tensor2D; attended: Tensor2D },
): Tensor2D {
  const width = queried.shape[1];
  const batch = attentionBias.shape[0];
  const answering = attentionBias.shape[3] + (changes.prefix?.key.shape[0] ?? 0);
  let keyValue = productStep(attended, weights.keyValue); // [B·T, 2D]
  const { key, value } = changes.deltas ?? {};
  if (key) keyValue = addToColumns(keyValue, key(attended), 0);
  if (value) keyValue = addToColumns(keyValue, value(attended), width);
  return attentionStep({
    query: changedProduct('query', queried, { map: weights.query, changes }),
    queryBias: weights.query.bias,
    ...{ keyValue, keyValueBias: weights.keyValue.bias, prefix: changes.prefix },
    ...{ batch, heads, attentionBias },
    dropout: attentionMask(dropout, [batch, heads, queried.shape[0] / batch, answering]),
  });
}

/** Of the attention's probabilities; null where nothing is dropped. */
export function attentionMask(
  dropout: LayerDropout | undefined,
  shape: [number, number, number, number],
): Tensor4D | null {
  if (dropout === undefined) return null;
  return maskOf<Rank.R4>(shape, {
    seed: dropout.seed,
    name: `layers.${dropout.layer}.attention`,
    rate: dropout.attentionRate,
  });
}

interface BlockEnd {
  product: Tensor2D; // [N, D]
  bias: Tensor1D; // [D]
  residual: Tensor2D; // [N, D]
  norm: LayerNorm;
  epsilon: number;
  after: RowChange | undefined;
  dropout: LayerDropout | undefined;
  /** Of the linear map that ends here. */
  name: LinearMap;
}

function endBlock({ product, bias, residual, norm, epsilon, ...between }: BlockEnd): Tensor2D {
  if (between.after === undefined && between.dropout === undefined) {
    return addAndNormalizeStep({ product, bias, residual }, norm, epsilon);
  }
  const changed = endBranch({ product, bias, ...between });
  return addAndNormalizeStep({ product: changed, bias: zeros([bias.size]), residual }, norm, epsilon);
}

/** Bias, dropout, then the method's own: all that happens to a branch before the residual joins it. */
export function endBranch({ product, bias, after, dropout, name }: Omit<BlockEnd, 'residual' | 'norm' | 'epsilon'>) {
  const shifted = addBias(product, bias); // [N, D]
  const dropped =
    dropout === undefined
      ? shifted
      : dropoutStep(shifted, {
          ...{ seed: dropout.seed, rate: dropout.hiddenRate },
          name: `layers.${dropout.layer}.${name}`,
        });
  return after === undefined ? dropped : after(dropped);
}
