// A layer of a backbone, the rows that go into it, and what a gradient can be asked for.
import type { Activation } from '../sweep/backbone-config.ts';
import type { JoinedRows } from './packed/joined-rows.ts';
import type { LayerWeights } from './weights.ts';

export interface EncoderLayer {
  weights: LayerWeights;
  heads: number;
  epsilon: number;
}

export interface DecoderLayer extends EncoderLayer {
  activation: Activation;
}

export interface LayerRows {
  rows: JoinedRows; // [N, D]
  /** Positions of each of the B sequences, prompts included: N in all. */
  lengths: readonly number[];
  /** Only these rows are read, one of each sequence, and the output is [B, D]. */
  readAt?: readonly number[];
}

/** What a gradient can be asked for. */
export type GradientTo = 'nothing' | 'input' | 'input and weights';
