// Batches of one split, with the hidden states that the method reads where it starts inside the network.
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { EncodedExample } from '../data/encode.ts';
import { embed, type Backbone } from '../lpt/backbone.ts';
import type { Batch } from '../lpt/method.ts';
import { padRows, toBatch } from './batches.ts';
import { chunksOf } from './chunks.ts';
import { hiddenOf, type HiddenStates } from './hidden-states.ts';

export interface SplitInputsSettings {
  examples: EncodedExample[];
  /** Token id of each label's word, by label index. */
  labelWordIds: number[];
  backbone: Backbone;
  hiddenStates: HiddenStates;
  /** The method's: null where it reads token ids. */
  inputLayer: number | null;
  layersToKeep: number[];
  /**
   * A training split whose hidden states are larger computes them batch by batch. Not to be fitted to a machine: it
   * decides the last bits of the numbers.
   */
  largestKeptBytes?: number;
}

const LARGEST_KEPT_BYTES = 256 * 2 ** 20;

export class SplitInputs {
  readonly examples: EncodedExample[];
  readonly #settings: SplitInputsSettings;
  readonly #chunks: number[][];
  readonly #chunkOf = new Map<number, number>();
  /** Every example's H_k once `keepAll` has run: random batches would ask for a whole chunk an example otherwise. */
  #kept: Float32Array[] | null = null;
  #direct = false;

  constructor(settings: SplitInputsSettings) {
    this.#settings = settings;
    this.examples = settings.examples;
    this.#chunks = chunksOf(this.examples);
    this.#chunks.forEach((members, chunk) => members.forEach((index) => this.#chunkOf.set(index, chunk)));
  }

  /** Makes ready for batches of any examples in any order, as training asks for them. */
  async keepAll(afterChunk: () => Promise<void>): Promise<void> {
    const { inputLayer, backbone, largestKeptBytes = LARGEST_KEPT_BYTES } = this.#settings;
    if (!inputLayer) return;
    const tokens = this.examples.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0);
    this.#direct = tokens * backbone.config.hiddenSize * Float32Array.BYTES_PER_ELEMENT > largestKeptBytes;
    if (this.#direct) return;
    const kept: Float32Array[] = [];
    for (const members of this.#chunks) {
      const rows = this.#rowsOfChunk(members, inputLayer);
      members.forEach((index, i) => (kept[index] = rows[i] ?? new Float32Array()));
      await afterChunk();
    }
    this.#kept = kept;
  }

  /** Batches for scoring: every example once, those of like length together. */
  scoringBatches(size: number): number[][] {
    return chunksOf(this.examples, size);
  }

  batch(indices: number[]): Batch {
    const examples = indices.flatMap((index) => this.examples[index] ?? []);
    const batch = toBatch(examples, this.#settings.labelWordIds);
    const hidden = this.#hidden(indices, batch);
    return hidden ? { ...batch, hidden } : batch;
  }

  #hidden(indices: number[], { tokenIds }: Batch): Tensor3D | null {
    const { inputLayer, backbone } = this.#settings;
    if (inputLayer === null) return null;
    // Embedding a batch costs less than looking it up, and does not depend on the rows beside.
    if (inputLayer === 0) return tf.tidy(() => embed(backbone, tokenIds));
    if (this.#direct) {
      return hiddenOf({
        backbone,
        examples: indices.flatMap((index) => this.examples[index] ?? []),
        layer: inputLayer,
      });
    }
    return padRows(this.#rows(indices, inputLayer), backbone.config.hiddenSize);
  }

  #rows(indices: number[], layer: number): Float32Array[] {
    const kept = this.#kept;
    if (kept) return indices.flatMap((index) => kept[index] ?? []);
    const rows = new Map<number, Float32Array>();
    for (const index of indices) {
      if (rows.has(index)) continue;
      const members = this.#chunks[this.#chunkOf.get(index) ?? 0] ?? [];
      this.#rowsOfChunk(members, layer).forEach((row, i) => rows.set(members[i] ?? 0, row));
    }
    return indices.flatMap((index) => rows.get(index) ?? []);
  }

  #rowsOfChunk(members: number[], layer: number): Float32Array[] {
    const { hiddenStates, layersToKeep } = this.#settings;
    const examples = members.flatMap((index) => this.examples[index] ?? []);
    return hiddenStates.ofChunk({ examples, layer, layersToKeep });
  }
}
