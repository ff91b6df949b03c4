// The ceiling: every weight of the model is trained, from the token ids on. The shared backbone keeps its own values.
import { tidy, variable, type Variable } from '@tensorflow/tfjs-core';
import { wordHead, type Backbone } from '../backbone.ts';
import { embedTokens } from '../embeddings.ts';
import type { GradientTo } from '../encoder-layer.ts';
import { maskVector } from '../mask-vector.ts';
import type { Batch, Method, TrainedVariable } from '../method.ts';
import { maskLoss, scoreWords } from '../word-head.ts';
import { mapTensors } from '../weights.ts';

export function createFullTuning(backbone: Backbone): Method {
  const trained: TrainedVariable[] = [];
  // A variable shares its initial value's memory until the first update replaces it.
  const weights = mapTensors(backbone.weights, (tensor, name) => {
    const copy: Variable = variable(tensor);
    trained.push({ name, variable: copy, decays: decays(name) });
    return copy;
  });
  const tuned: Backbone = { ...backbone, weights };
  const head = wordHead(tuned);
  const atMask = (batch: Batch, gradientTo: Exclude<GradientTo, 'input'>) => {
    const { tokenIds, attentionMask, maskPosition } = batch;
    const hidden = embedTokens(weights.embeddings, tokenIds, { epsilon: backbone.config.layerNormEps, gradientTo });
    return maskVector({ backbone: tuned, from: 0, hidden, attentionMask, maskPosition }, gradientTo); // [B, 1, D]
  };
  const everything = 'input and weights';
  return {
    inputLayer: null,
    trained,
    loss: (batch) =>
      tidy(() => maskLoss(head, { maskVector: atMask(batch, everything), target: batch.target }, everything)),
    scores: (batch, labelWordIds) => tidy(() => scoreWords(head, atMask(batch, 'nothing'), labelWordIds)), // [B, C]
    dispose: () => {
      for (const { variable: copy } of trained) copy.dispose();
    },
  };
}

/** Biases and everything of a LayerNorm are left alone by weight decay. */
function decays(name: string): boolean {
  return !/bias$|norm\./i.test(name);
}
