// The hidden states below the prompt, in memory: they depend on backbone and text alone, so no trial computes them twice.
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { EncodedExample } from '../data/encode.ts';
import { embed, runLayers, type Backbone } from '../lpt/backbone.ts';
import type { DropoutSeed } from '../lpt/random.ts';
import { padTokens } from './batches.ts';
import { chunkAddress } from './chunks.ts';

export interface HiddenStatesSettings {
  backbone: Backbone;
  /** Most bytes kept; the least recently used chunks go first. */
  budgetBytes: number;
}

export interface ChunkRequest {
  examples: EncodedExample[];
  /** k ≥ 1. */
  layer: number;
  /** Layers kept when the chunk has to be run: other trials of the sweep will ask for them. */
  layersToKeep: number[];
}

export interface BatchRequest {
  backbone: Backbone;
  examples: EncodedExample[];
  /** Ascending. */
  layers: readonly number[];
  /** T. */
  length: number;
  /** Null: the backbone's own dropout does not run. */
  dropoutSeed: DropoutSeed | null;
}

export interface CacheCounts {
  hits: number;
  /** Chunks that had to be run through the frozen layers. */
  fills: number;
  bytes: number;
}

interface Entry {
  rows: Float32Array[];
  bytes: number;
}

export class HiddenStates {
  readonly #backbone: Backbone;
  readonly #budgetBytes: number;
  /** In order of use, oldest first. */
  readonly #entries = new Map<string, Entry>();
  readonly #counts: CacheCounts = { hits: 0, fills: 0, bytes: 0 };

  constructor({ backbone, budgetBytes }: HiddenStatesSettings) {
    this.#backbone = backbone;
    this.#budgetBytes = budgetBytes;
  }

  counts(): Readonly<CacheCounts> {
    return { ...this.#counts };
  }

  /**
   * H_k of each example of a chunk, [T_i, D] without padding. A chunk is always run as a whole and from the tokens
   * up, so the numbers are the same to the last bit whatever was kept before.
   */
  ofChunk({ examples, layer, layersToKeep }: ChunkRequest): Float32Array[] {
    const address = chunkAddress(examples);
    const kept = this.#entries.get(`${layer} ${address}`);
    if (kept) {
      this.#counts.hits++;
      this.#entries.delete(`${layer} ${address}`);
      this.#entries.set(`${layer} ${address}`, kept);
      return kept.rows;
    }
    this.#counts.fills++;
    const layers = [...new Set([...layersToKeep, layer])].filter((k) => k >= 1).sort((a, b) => a - b);
    const filled = this.#run(examples, layers);
    // The layer asked for is entered last: under a small budget it is the one that stays.
    for (const [k, rows] of [...filled].sort(([a], [b]) => Number(a === layer) - Number(b === layer))) {
      this.#keep(`${k} ${address}`, rows);
    }
    return filled.get(layer) ?? [];
  }

  #run(examples: EncodedExample[], layers: number[]): Map<number, Float32Array[]> {
    const states = new Map<number, Float32Array[]>();
    tf.tidy(() => {
      const { tokenIds, attentionMask } = padTokens(examples);
      let hidden: Tensor3D = embed(this.#backbone, tokenIds); // [B, T, D]
      let from = 0;
      for (const to of layers) {
        hidden = runLayers({ backbone: this.#backbone, hidden, attentionMask, from, to });
        from = to;
        states.set(to, unpad(hidden, examples));
      }
    });
    return states;
  }

  #keep(key: string, rows: Float32Array[]): void {
    const bytes = rows.reduce((sum, row) => sum + row.byteLength, 0);
    this.#counts.bytes += bytes - (this.#entries.get(key)?.bytes ?? 0);
    this.#entries.delete(key);
    this.#entries.set(key, { rows, bytes });
    for (const [oldest, entry] of this.#entries) {
      if (this.#counts.bytes <= this.#budgetBytes) break;
      this.#entries.delete(oldest);
      this.#counts.bytes -= entry.bytes;
    }
  }
}

/** H_k of a batch for each of the layers, straight from its tokens: [B, T, D]. */
export function hiddenOf(request: BatchRequest): Record<number, Tensor3D> {
  const { backbone, examples, layers, length, dropoutSeed } = request;
  return tf.tidy(() => {
    const { tokenIds, attentionMask } = padTokens(examples, length);
    let hidden = embed(backbone, tokenIds, { dropoutSeed }); // [B, T, D]
    let from = 0;
    const states: Record<number, Tensor3D> = {};
    for (const to of layers) {
      hidden = runLayers({ backbone, hidden, attentionMask, from, to, dropoutSeed });
      from = to;
      states[to] = hidden;
    }
    return states;
  });
}

/** The real tokens' vectors of each example, copied out of the padded whole. */
function unpad(hidden: Tensor3D, examples: EncodedExample[]): Float32Array[] {
  const [, length, width] = hidden.shape;
  const values = hidden.dataSync<'float32'>();
  return examples.map(({ tokenIds }, b) => {
    const start = b * length * width;
    return values.slice(start, start + tokenIds.length * width);
  });
}
