// What a trial's step needs while it is computed, and how many trials' steps fit side by side.
import { engine } from '@tensorflow/tfjs-core';
import type { BackboneConfig } from '../lpt/backbone.ts';

export interface StepSize {
  /** Examples, and positions of the longest with all its prompts. */
  batchSize: number;
  positions: number;
  /** Layers that a gradient goes through. */
  layers: number;
  /** Trained numbers: each has a gradient, and for a moment a new value and new moments beside the old ones. */
  trained: number;
}

/** Node and TensorFlow themselves. */
const PROCESS_BYTES = 400 * 2 ** 20;
const BYTES = 4;
/** Vectors of a hidden state's size beside those that are kept: what one layer's passes hold for a moment. */
const PASSING = 12;

/**
 * Bytes at the peak of a step. A layer keeps of each position its input's projections, what LayerNorms and the feed-forward need
 * on the way back, and of each head one probability a position.
 */
export function stepBytes({ batchSize, positions, layers, trained }: StepSize, config: BackboneConfig): number {
  const { hiddenSize, intermediateSize, heads, vocabularySize } = config;
  const kept = 6 * hiddenSize + intermediateSize + heads * positions;
  const passing = PASSING * hiddenSize + 3 * intermediateSize + 2 * heads * positions;
  const head = 3 * vocabularySize;
  return BYTES * (batchSize * (positions * (layers * kept + passing) + head) + 2 * trained);
}

/** Of the memory a trainer has, what is left beside itself, the tensors that stay, and the hidden states it keeps. */
export function freeBytes(memoryBytes: number, keptBytes: number): number {
  return memoryBytes - PROCESS_BYTES - engine().memory().numBytes - keptBytes;
}

/** The first of `waiting` that fit side by side; one at least. */
export function fitting<Of extends { bytes: number }>(waiting: readonly Of[], free: number): Of[] {
  let taken = 0;
  const cut = waiting.findIndex(({ bytes }, index) => (taken += bytes) > free && index > 0);
  return cut === -1 ? [...waiting] : waiting.slice(0, cut);
}
