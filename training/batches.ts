// Examples to tensors: padded to the batch's longest, real tokens first.
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { EncodedExample } from '../data/encode.ts';
import { type Key, permutation, STREAMS } from '../data/random.ts';
import type { Batch } from '../lpt/batch.ts';
import type { Texts } from '../sweep/methods/descriptor.ts';
import { sum } from '../sweep/statistics.ts';

/** Padding is id 0: no layer reads it, so any id does. [B, T] int32. */
export function padTokens(examples: EncodedExample[], length = longest(examples)): Tensor2D {
  const ids = new Int32Array(examples.length * length);
  examples.forEach(({ tokenIds }, b) => ids.set(tokenIds, b * length));
  return tf.tensor2d(ids, [examples.length, length], 'int32');
}

/** Rows [T_i, D] of several examples as one tensor, padded with zeros to `length`, T. */
export function padRows(rows: Float32Array[], width: number, length: number): Tensor3D {
  const values = new Float32Array(rows.length * length * width);
  rows.forEach((row, b) => values.set(row, b * length * width));
  return tf.tensor3d(values, [rows.length, length, width]); // [B, T, D]
}

/** Everything of a batch but its hidden states. `labelWordIds` go by label index; T is `length`. */
export function toBatch(examples: EncodedExample[], labelWordIds: number[], length = longest(examples)): Batch {
  const texts = examples.map(({ tokenIds, maskPosition }) => ({ length: tokenIds.length, maskPosition }));
  const maskPosition = examples.map((example) => example.maskPosition);
  const target = examples.map(({ label }) => labelWordIds[label] ?? -1);
  return {
    texts,
    tokenIds: padTokens(examples, length),
    maskPosition: tf.tensor1d(maskPosition, 'int32'),
    target: tf.tensor1d(target, 'int32'),
    label: tf.tensor1d(
      examples.map(({ label }) => label),
      'int32',
    ),
  };
}

export function disposeBatch(batch: Batch): void {
  const { texts: _, ...tensors } = batch;
  tf.dispose({ ...tensors });
}

/** Which examples each training step sees: epoch after epoch in new orders, told by seed and step alone. */
export class BatchOrder {
  readonly #size: number;
  readonly #batchSize: number;
  readonly #key: Key;
  #epoch = -1;
  #order: number[] = [];

  constructor(size: number, batchSize: number, trainSeed: number) {
    this.#size = size;
    this.#batchSize = batchSize;
    this.#key = { seed: trainSeed, stream: STREAMS.batchOrder };
  }

  /** Indices of the examples of the step that follows `step` finished ones. Always a full batch. */
  at(step: number): number[] {
    return Array.from({ length: this.#batchSize }, (_, slot) => this.#exampleAt(step * this.#batchSize + slot));
  }

  #exampleAt(position: number): number {
    const epoch = Math.floor(position / this.#size);
    if (epoch !== this.#epoch) {
      this.#order = permutation(this.#size, this.#key, epoch);
      this.#epoch = epoch;
    }
    return this.#order[position % this.#size] ?? 0;
  }
}

/**
 * No batch of `BatchOrder` is longer. One that holds more than an epoch, or the end of one and the beginning of the next, has
 * the same text several times.
 */
export function longestTexts(examples: readonly EncodedExample[], batchSize: number): Texts {
  const lengths = examples.map(({ tokenIds }) => tokenIds.length).toSorted((one, other) => other - one);
  const isEven = batchSize % lengths.length === 0 || lengths.length % batchSize === 0;
  const times = Math.ceil(batchSize / lengths.length) + (isEven ? 0 : 1);
  const taken = Array.from({ length: batchSize }, (_, slot) => lengths[Math.floor(slot / times)] ?? 0);
  return { count: batchSize, tokens: sum(taken), longest: lengths[0] ?? 0 };
}

/** T of a batch of these examples. */
export function longest(examples: EncodedExample[]): number {
  return Math.max(...examples.map(({ tokenIds }) => tokenIds.length));
}
