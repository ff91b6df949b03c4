// The hidden states below the prompt, in memory and below it on disk: they depend on backbone and text alone, so no trial
// computes them twice.
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { EncodedExample } from '../data/encode.ts';
import type { Backbone } from '../lpt/backbone.ts';
import { keptVectors } from '../sweep/kept-vectors.ts';
import { chunkAddress } from './chunks.ts';
import type { BlockKey, BlockStore, DiskCounts } from './disk/block-store.ts';
import { frozenStates } from './frozen-states.ts';
import { KeptWithin } from './kept-within.ts';

export interface HiddenStatesSettings {
  backbone: Backbone;
  /** Most bytes kept; the least recently used chunks go first. */
  budgetBytes: number;
  /** Absent: nothing is kept on disk. */
  disk?: BlockStore | undefined;
}

export interface ChunkRequest {
  examples: EncodedExample[];
  /** k ≥ 1. */
  layer: number;
  /** Layers kept when the chunk has to be run: other trials of the sweep will ask for them. */
  layersToKeep: number[];
}

export interface CacheCounts extends DiskCounts {
  /** Chunks found kept. */
  hits: number;
  /** Those of them that came from disk. */
  diskHits: number;
  /** Chunks that had to be run through the frozen layers. */
  fills: number;
  /** In memory. */
  bytes: number;
}

/** H_k of each example of a chunk, [T_i, D] without padding; of the last layer what is ever read of it, [V, D]. */
export interface FoundChunk {
  rows: Float32Array[];
  /** False: it was computed for this request. */
  wasKept: boolean;
}

export const NO_COUNTS: Readonly<CacheCounts> = {
  ...{ hits: 0, diskHits: 0, fills: 0, bytes: 0 },
  ...{ damaged: 0, unwritten: 0, diskBytes: 0 },
};

export class HiddenStates {
  readonly #backbone: Backbone;
  readonly #disk: BlockStore | undefined;
  readonly #counts = { hits: 0, diskHits: 0, fills: 0 };
  /** In memory: rows of chunks, which a trial holds as it found them. */
  readonly kept: KeptWithin<Float32Array[]>;

  constructor({ backbone, budgetBytes, disk }: HiddenStatesSettings) {
    this.#backbone = backbone;
    this.#disk = disk;
    this.kept = new KeptWithin(budgetBytes, bytesOf);
  }

  counts(): Readonly<CacheCounts> {
    return { ...NO_COUNTS, ...this.#disk?.counts(), ...this.#counts, bytes: this.kept.bytes };
  }

  /** Whether H_k of a chunk is in memory. */
  has(address: string, layer: number): boolean {
    return this.kept.has(nameOf(address, layer));
  }

  /**
   * H_k of each example of a chunk. A chunk is always run as a whole and from the tokens up, so the numbers are the same
   * to the last bit whatever was kept before.
   */
  ofChunk({ examples, layer, layersToKeep }: ChunkRequest): FoundChunk {
    const address = chunkAddress(examples);
    const found = this.#find(address, layer);
    if (found) {
      this.#counts.hits++;
      return { rows: found, wasKept: true };
    }
    this.#counts.fills++;
    const layers = [...new Set([...layersToKeep, layer])].filter((k) => k >= 1).sort((a, b) => a - b);
    const filled = this.#run(examples, layers);
    // The layer asked for is entered last: under a small budget it is the one that stays.
    for (const [k, rows] of [...filled].sort(([a], [b]) => Number(a === layer) - Number(b === layer))) {
      this.#disk?.write(this.#keyOf(address, k), { rows, width: this.#backbone.config.hiddenSize });
      this.kept.keep(nameOf(address, k), rows);
    }
    return { rows: filled.get(layer) ?? [], wasKept: false };
  }

  #find(address: string, layer: number): Float32Array[] | null {
    const name = nameOf(address, layer);
    const kept = this.kept.get(name);
    if (kept) return kept;
    const block = this.#disk?.read(this.#keyOf(address, layer));
    if (!block) return null;
    this.#counts.diskHits++;
    this.kept.keep(name, block.rows);
    return block.rows;
  }

  #keyOf(chunk: string, layer: number): BlockKey {
    const { fingerprint, config } = this.#backbone;
    return { backbone: fingerprint, config: JSON.stringify(config), chunk, layer };
  }

  #run(examples: EncodedExample[], layers: number[]): Map<number, Float32Array[]> {
    const rows = new Map<number, Float32Array[]>();
    tf.tidy(() => {
      const states = frozenStates({ backbone: this.#backbone, examples, layers });
      for (const [name, hidden] of Object.entries(states)) {
        const layer = Number(name);
        const counts = examples.map(({ tokenIds }) => keptVectors(layer, tokenIds.length, this.#backbone.config));
        rows.set(layer, unpad(hidden, counts));
      }
    });
    return rows;
  }
}

function nameOf(chunk: string, layer: number): string {
  return `${layer} ${chunk}`;
}

function bytesOf(rows: Float32Array[]): number {
  return rows.reduce((sum, row) => sum + row.byteLength, 0);
}

/** The first vectors of each example, so many as `counts` has, copied out of the padded whole. */
function unpad(hidden: Tensor3D, counts: readonly number[]): Float32Array[] {
  const [, length, width] = hidden.shape;
  const values = hidden.dataSync<'float32'>();
  return counts.map((count, b) => values.slice(b * length * width, (b * length + count) * width));
}
