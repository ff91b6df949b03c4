// The pretrained masked language model (BERT type) as frozen tensors, and its forward pass without gradients.
import { clone, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { attentionBias } from './attention.ts';
import { embedTokens } from './embeddings.ts';
import { runEncoderLayer, type EncoderLayer } from './encoder-layer.ts';
import type { MlmHead } from './mlm-head.ts';
import { withoutGradient } from './own-gradient.ts';
import type { BackboneWeights } from './weights.ts';

export interface BackboneConfig {
  /** L: hidden states are H_0 (embeddings) to H_L. */
  layers: number;
  hiddenSize: number;
  heads: number;
  intermediateSize: number;
  vocabularySize: number;
  maxPositions: number;
  typeVocabularySize: number;
  layerNormEps: number;
  /** Dropout rate of the pretraining; the prompt generators use it. */
  hiddenDropout: number;
}

export interface Backbone {
  config: BackboneConfig;
  /** sha256 of the weights file. */
  fingerprint: string;
  weights: BackboneWeights;
  /** Frees the tensors. */
  dispose(): void;
}

/** H_0 of a batch of token ids. */
export function embed(backbone: Backbone, tokenIds: Tensor2D): Tensor3D {
  const epsilon = backbone.config.layerNormEps;
  return embedTokens(backbone.weights.embeddings, tokenIds, { epsilon, gradientTo: 'nothing' }); // [B, T, D]
}

export interface LayerRange {
  backbone: Backbone;
  /** H_from. */
  hidden: Tensor3D; // [B, T, D]
  attentionMask: Tensor2D; // [B, T]
  /** Layers from + 1 to `to` run. */
  from: number;
  to: number;
}

/** H_to from H_from, without gradients; what lies between is freed on the way. */
export function runLayers({ backbone, hidden, attentionMask, from, to }: LayerRange): Tensor3D {
  return withoutGradient(() => {
    const bias = attentionBias(attentionMask);
    let current = clone(hidden);
    for (let index = from; index < to; index += 1) {
      const previous = current;
      current = runEncoderLayer(encoderLayer(backbone, index), { hidden: previous, attentionBias: bias }, 'nothing');
      previous.dispose();
    }
    return current; // [B, T, D]
  });
}

/** The layer that makes H_{index + 1} of H_index. */
export function encoderLayer({ config, weights }: Backbone, index: number): EncoderLayer {
  const layer = weights.layers[index];
  if (layer === undefined) {
    throw new RangeError(`Expected a layer index from 0 to ${config.layers - 1}, found ${index}.`);
  }
  return { weights: layer, heads: config.heads, epsilon: config.layerNormEps };
}

export function mlmHead({ config, weights }: Backbone): MlmHead {
  return { weights: weights.head, word: weights.embeddings.word, epsilon: config.layerNormEps };
}
