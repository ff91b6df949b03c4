// Batches of one split, with the hidden states that the method reads where it starts inside the network.
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { EncodedExample } from '../data/encode.ts';
import { embed, type Backbone } from '../lpt/backbone.ts';
import type { Batch } from '../lpt/batch.ts';
import type { DropoutSeed } from '../lpt/random.ts';
import { LARGEST_KEPT_BYTES } from '../sweep/kept-training.ts';
import { keptVectors } from '../sweep/kept-vectors.ts';
import { sum } from '../sweep/statistics.ts';
import { disposeBatch, longest, padRows, toBatch } from './batches.ts';
import { chunkAddress, CHUNK_SIZE, chunksOf } from './chunks.ts';
import { frozenStates } from './frozen-states.ts';
import type { HiddenStates } from './hidden-states.ts';
import { Lookups } from './lookups.ts';
import { halved } from './shrink.ts';

export interface SplitInputsSettings {
  examples: EncodedExample[];
  /** Token id of each label's word, by label index. */
  labelWordIds: number[];
  backbone: Backbone;
  hiddenStates: HiddenStates;
  /** The method's: none where it reads token ids. */
  inputLayers: readonly number[];
  layersToKeep: number[];
  /** Of the trial, which several splits share. */
  lookups?: Lookups;
  /** A training split whose hidden states are larger computes them batch by batch. */
  largestKeptBytes?: number;
  /** How often the limit above and the examples run through frozen layers at once are halved, 0 where absent. */
  shrink?: number;
}

export interface BatchOptions {
  /** Null or absent; or the seed of the backbone's own dropout: nothing is then taken from what was kept. */
  dropoutSeed?: DropoutSeed | null;
  /** T where the batch is part of a longer one: what a mask drops depends on it. */
  length?: number;
}

export class SplitInputs {
  readonly examples: EncodedExample[];
  readonly #settings: SplitInputsSettings;
  readonly #lookups: Lookups;
  readonly #chunks: number[][];
  readonly #chunkOf = new Map<number, number>();
  /** Layer → every example's H_k once `keepAll` has run: random batches would ask for a whole chunk an example otherwise. */
  readonly #kept = new Map<number, Float32Array[]>();
  /** What is in it, by chunks. */
  readonly #held: Float32Array[][] = [];
  #chunksHeld = 0;
  /** Of chunks that were asked for. */
  readonly #addresses = new Map<number[], string>();
  #direct = false;

  constructor(settings: SplitInputsSettings) {
    this.#settings = settings;
    this.#lookups = settings.lookups ?? new Lookups();
    this.examples = settings.examples;
    this.#chunks = chunksOf(this.examples, halved(CHUNK_SIZE, settings.shrink ?? 0));
    this.#chunks.forEach((members, chunk) => members.forEach((index) => this.#chunkOf.set(index, chunk)));
  }

  /** Makes ready for batches of any examples in any order, as training asks for them. */
  async keepAll(afterChunk: () => Promise<void>): Promise<void> {
    const layers = this.#keptLayers();
    this.#direct = !this.#canKeepAll();
    if (layers.length === 0 || this.#direct) return;
    const kept = layers.map((layer): [number, Float32Array[]] => [layer, []]);
    for (const members of this.#chunks) {
      for (const [layer, rows] of kept) {
        const found = this.#rowsOfChunk(members, layer);
        this.#settings.hiddenStates.kept.hold(found);
        this.#held.push(found);
        found.forEach((row, i) => (rows[members[i] ?? 0] = row));
      }
      this.#chunksHeld += 1;
      await afterChunk();
    }
    for (const [layer, rows] of kept) this.#kept.set(layer, rows);
  }

  /** What `keepAll` will yet add to what is held. */
  comingBytes(): number {
    if (!this.#canKeepAll()) return 0;
    const { hiddenStates } = this.#settings;
    const coming = this.#chunks.slice(this.#chunksHeld);
    const absent = (layer: number) => coming.filter((members) => !hiddenStates.has(this.#addressOf(members), layer));
    return sum(this.#keptLayers().map((layer) => this.#bytesOf(this.#examplesAt(absent(layer).flat()), layer)));
  }

  #addressOf(members: number[]): string {
    const address = this.#addresses.get(members) ?? chunkAddress(this.#examplesAt(members));
    this.#addresses.set(members, address);
    return address;
  }

  #canKeepAll(): boolean {
    const { largestKeptBytes = LARGEST_KEPT_BYTES, shrink = 0 } = this.#settings;
    const bytes = sum(this.#keptLayers().map((layer) => this.#bytesOf(this.examples, layer)));
    return bytes <= halved(largestKeptBytes, shrink);
  }

  /** H_k of one layer. */
  #bytesOf(examples: readonly EncodedExample[], layer: number): number {
    const { config } = this.#settings.backbone;
    const vectors = sum(examples.map(({ tokenIds }) => keptVectors(layer, tokenIds.length, config)));
    return Float32Array.BYTES_PER_ELEMENT * config.hiddenSize * vectors;
  }

  /** Lets go of what `keepAll` has made ready. */
  release(): void {
    for (const rows of this.#held.splice(0)) this.#settings.hiddenStates.kept.release(rows);
    this.#chunksHeld = 0;
    this.#kept.clear();
  }

  /** Batches for scoring: every example once, those of like length together. */
  scoringBatches(size: number): number[][] {
    return chunksOf(this.examples, size);
  }

  /** T of a batch of these examples. */
  longest(indices: number[]): number {
    return longest(this.#examplesAt(indices));
  }

  batch(indices: number[], { dropoutSeed = null, length = this.longest(indices) }: BatchOptions = {}): Batch {
    const examples = this.#examplesAt(indices);
    const batch = toBatch(examples, this.#settings.labelWordIds, length);
    if (this.#settings.inputLayers.length === 0) return batch;
    try {
      return { ...batch, hidden: tf.tidy(() => this.#hidden(indices, batch, dropoutSeed)) };
    } catch (error) {
      disposeBatch(batch);
      throw error;
    }
  }

  #hidden(indices: number[], { tokenIds }: Batch, dropoutSeed: DropoutSeed | null): Record<number, Tensor3D> {
    const { inputLayers: layers, backbone } = this.#settings;
    const [, length] = tokenIds.shape;
    if (this.#direct || dropoutSeed !== null) {
      this.#lookups.computed(indices.length * this.#keptLayers().length);
      return frozenStates({ backbone, examples: this.#examplesAt(indices), layers, length, dropoutSeed });
    }
    // Embedding a batch costs less than looking it up, and does not depend on the rows beside.
    const embedded = () => tf.tidy(() => embed(backbone, tokenIds));
    const { config } = backbone;
    const stateOf = (layer: number) =>
      layer === 0
        ? embedded()
        : padRows(this.#rows(indices, layer), config.hiddenSize, keptVectors(layer, length, config));
    return Object.fromEntries(layers.map((layer) => [layer, stateOf(layer)]));
  }

  /** The embeddings are never kept. */
  #keptLayers(): number[] {
    return this.#settings.inputLayers.filter((layer) => layer > 0);
  }

  #examplesAt(indices: number[]): EncodedExample[] {
    return indices.flatMap((index) => this.examples[index] ?? []);
  }

  #rows(indices: number[], layer: number): Float32Array[] {
    const kept = this.#kept.get(layer);
    if (kept) {
      this.#lookups.found(indices.length);
      return indices.flatMap((index) => kept[index] ?? []);
    }
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
    const examples = this.#examplesAt(members);
    const request = { examples, layer, layersToKeep: [...layersToKeep, ...this.#keptLayers()] };
    const { rows, wasKept } = hiddenStates.ofChunk(request);
    if (wasKept) this.#lookups.found(members.length);
    else this.#lookups.computed(members.length);
    return rows;
  }
}
