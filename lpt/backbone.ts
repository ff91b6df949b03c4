// The pretrained language model as frozen tensors, and its forward pass without gradients.
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { BackboneConfig } from '../sweep/backbone-config.ts';
import { runDecoderLayer } from './decoder-layer.ts';
import { embedTokens } from './embeddings.ts';
import type { ComposedInput } from './composed-branch.ts';
import { runComposedDecoderLayer } from './composed-decoder-layer.ts';
import { runComposedLayer } from './composed-layer.ts';
import { runEncoderLayer } from './encoder-layer.ts';
import type { LayerDropout } from './layer-changes.ts';
import type { DecoderLayer, GradientTo, LayerRows } from './layer.ts';
import type { DropoutSeed } from './random.ts';
import type { BackboneWeights } from './weights.ts';
import type { WordHead } from './word-head.ts';

export interface Backbone {
  config: BackboneConfig;
  /** sha256 of the weights. */
  fingerprint: string;
  weights: BackboneWeights;
  /** Frees the tensors. */
  dispose(): void;
}

export interface Embedding {
  gradientTo?: Exclude<GradientTo, 'input'>;
  /** Null, or left out: the backbone's own dropout does not run. */
  dropoutSeed?: DropoutSeed | null;
}

/** H_0 of a batch of token ids. */
export function embed(backbone: Backbone, tokenIds: Tensor2D, how: Embedding = {}): Tensor3D {
  const { gradientTo = 'nothing', dropoutSeed: seed = null } = how;
  const { layerNormEps: epsilon, embeddingDropout: rate } = backbone.config;
  const dropout = { seed, rate, name: 'embeddings' };
  return embedTokens(backbone.weights.embeddings, tokenIds, { epsilon, dropout, gradientTo }); // [B, T, D]
}

/** H_{index + 1} from H_index: [N, D], or [B, D] where one row a sequence is read. */
export function runLayer(
  backbone: Backbone,
  index: number,
  { input, gradientTo }: { input: LayerRows; gradientTo: GradientTo },
): Tensor2D {
  const run = backbone.config.architecture === 'encoder' ? runEncoderLayer : runDecoderLayer;
  return run(layerAt(backbone, index), input, gradientTo);
}

/** The same put together from steps of the tape, with what changes inside the layer. */
export function runComposed(backbone: Backbone, index: number, input: ComposedInput): Tensor2D {
  const run = backbone.config.architecture === 'encoder' ? runComposedLayer : runComposedDecoderLayer;
  return run(layerAt(backbone, index), input);
}

/** The backbone's own dropout in one layer of one pass. */
export function dropoutOf({ config }: Backbone, layer: number, seed: DropoutSeed | null): LayerDropout | undefined {
  if (seed === null) return undefined;
  const rates = { attentionOutput: config.attentionOutputDropout, output: config.hiddenDropout };
  return { seed, layer, rates, attentionRate: config.attentionDropout };
}

/** The layer that makes H_{index + 1} of H_index. */
export function layerAt({ config, weights }: Backbone, index: number): DecoderLayer {
  const layer = weights.layers[index];
  if (layer === undefined) {
    throw new RangeError(`Expected a layer index from 0 to ${config.layers - 1}, found ${index}.`);
  }
  return { weights: layer, heads: config.heads, epsilon: config.layerNormEps, activation: config.activation };
}

/** What reads the vector of the one position that stands for the label word. */
export function wordHead({ config, weights }: Backbone): WordHead {
  return { weights: weights.head, word: weights.embeddings.word, epsilon: config.layerNormEps };
}
