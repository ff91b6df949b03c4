// What the frozen layers make of a batch, straight from its tokens.
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { EncodedExample } from '../data/encode.ts';
import { embed, type Backbone } from '../lpt/backbone.ts';
import { runLayers } from '../lpt/frozen-layers.ts';
import { readVectors } from '../lpt/last-output.ts';
import type { DropoutSeed } from '../lpt/random.ts';
import { longest, padTokens } from './batches.ts';

export interface BatchRequest {
  backbone: Backbone;
  examples: EncodedExample[];
  /** Ascending. */
  layers: readonly number[];
  /** T; the longest example's where absent. */
  length?: number;
  /** Null or absent: the backbone's own dropout does not run. */
  dropoutSeed?: DropoutSeed | null;
}

/** H_k of a batch for each of the layers: [B, T, D]; of the last layer what is ever read of it, [B, V, D]. */
export function frozenStates(request: BatchRequest): Record<number, Tensor3D> {
  const { backbone, examples, layers, length = longest(examples), dropoutSeed = null } = request;
  const { architecture, layers: last } = backbone.config;
  const lengths = examples.map(({ tokenIds }) => tokenIds.length);
  return tf.tidy(() => {
    let hidden = embed(backbone, padTokens(examples, length), { dropoutSeed }); // [B, T, D]
    let from = 0;
    const states: Record<number, Tensor3D> = {};
    for (const to of layers) {
      hidden = runLayers({ backbone, hidden, lengths, from, to, dropoutSeed });
      from = to;
      states[to] = to === last ? readVectors(architecture, hidden, examples) : hidden;
    }
    return states;
  });
}
