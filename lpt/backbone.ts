// The pretrained masked language model (BERT type) as frozen tensors, and its forward pass without gradients.
import { clone, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { attentionBias } from './attention.ts';
import { embedTokens } from './embeddings.ts';
import { runEncoderLayer, type EncoderLayer, type GradientTo, type LayerInput } from './encoder-layer.ts';
import type { LayerDropout } from './layer-changes.ts';
import type { MlmHead } from './mlm-head.ts';
import { withoutGradient } from './own-gradient.ts';
import { dropoutStep } from './steps/dropout.ts';
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
  /** Dropout rates of the pretraining. They run in frozen layers only where `frozenDropout` asks for it. */
  hiddenDropout: number;
  attentionDropout: number;
}

export interface Backbone {
  config: BackboneConfig;
  /** sha256 of the weights file. */
  fingerprint: string;
  weights: BackboneWeights;
  /** Frees the tensors. */
  dispose(): void;
}

export interface Embedding {
  gradientTo?: Exclude<GradientTo, 'input'>;
  /** Null, or left out: the backbone's own dropout does not run. */
  dropoutSeed?: number | null;
}

/** H_0 of a batch of token ids. */
export function embed(backbone: Backbone, tokenIds: Tensor2D, how: Embedding = {}): Tensor3D {
  const { gradientTo = 'nothing', dropoutSeed: seed = null } = how;
  const { layerNormEps: epsilon, hiddenDropout: rate } = backbone.config;
  const embedded = embedTokens(backbone.weights.embeddings, tokenIds, { epsilon, gradientTo }); // [B, T, D]
  return dropoutStep(embedded, { seed, rate, name: 'embeddings' });
}

export interface LayerRange {
  backbone: Backbone;
  /** H_from. */
  hidden: Tensor3D; // [B, T, D]
  attentionMask: Tensor2D; // [B, T]
  /** Layers from + 1 to `to` run. */
  from: number;
  to: number;
  /** Null, or left out: the backbone's own dropout does not run. */
  dropoutSeed?: number | null;
}

/** H_to from H_from, without gradients; what lies between is freed on the way. */
export function runLayers({ backbone, hidden, attentionMask, from, to, dropoutSeed = null }: LayerRange): Tensor3D {
  return withoutGradient(() => {
    const bias = attentionBias(attentionMask);
    let current = clone(hidden);
    for (let index = from; index < to; index += 1) {
      const previous = current;
      const dropout = dropoutOf(backbone, index, dropoutSeed);
      const input = { hidden: previous, attentionBias: bias, ...(dropout && { dropout }) };
      current = runLayer(backbone, index, { input, gradientTo: 'nothing' });
      previous.dispose();
    }
    return current; // [B, T, D]
  });
}

/** H_{index + 1} from H_index. */
export function runLayer(
  backbone: Backbone,
  index: number,
  { input, gradientTo }: { input: LayerInput; gradientTo: GradientTo },
): Tensor3D {
  return runEncoderLayer(encoderLayer(backbone, index), input, gradientTo);
}

/** The backbone's own dropout in one layer of one pass. */
export function dropoutOf({ config }: Backbone, layer: number, seed: number | null): LayerDropout | undefined {
  if (seed === null) return undefined;
  return { seed, layer, hiddenRate: config.hiddenDropout, attentionRate: config.attentionDropout };
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
