// What one type of backbone says of itself: how its config.json gives the sizes, and what its files call the tensors.
import { z } from 'zod';
import type { BackboneConfig } from '../../sweep/backbone-config.ts';

/** The sizes without what the type itself settles. */
export type Sizes = Omit<BackboneConfig, 'modelType' | 'architecture'>;

interface TypeOf<Architecture, Names> {
  /** `model_type` in config.json. */
  modelType: string;
  architecture: Architecture;
  /** From the part of config.json that decides what the network computes. */
  sizes: z.ZodType<Sizes>;
  names: Names;
}

export type EncoderType = TypeOf<'encoder', EncoderNames>;
export type DecoderType = TypeOf<'decoder', DecoderNames>;
export type BackboneType = EncoderType | DecoderType;

/** Names of linear layers and LayerNorms stand without their `.weight` and `.bias`. */
export interface EncoderNames {
  /** In front of embeddings and layers, in files of the whole model; a file of these alone lacks it. */
  prefix: string;
  word: string;
  position: string;
  tokenType?: string;
  embeddingNorm: string;
  /** From embeddings to hidden states of another size. */
  projection?: string;
  layer: (index: number) => EncoderLayerNames;
  transform: string;
  transformNorm: string;
  /** The names that the decoder's bias may have. The decoder's weight is the word embeddings. */
  decoderBias: string[];
}

export interface EncoderLayerNames {
  query: string;
  key: string;
  value: string;
  attentionOutput: string;
  attentionNorm: string;
  intermediate: string;
  output: string;
  outputNorm: string;
}

export interface DecoderNames {
  prefix: string;
  word: string;
  position: string;
  layer: (index: number) => DecoderLayerNames;
  finalNorm: string;
}

/** Every linear layer lies as [inputs, outputs]. */
export interface DecoderLayerNames {
  /** Side by side in one matrix. */
  queryKeyValue: string;
  attentionOutput: string;
  attentionNorm: string;
  intermediate: string;
  output: string;
  outputNorm: string;
}

export const size = z.int().positive();
export const rate = z.number().min(0).lt(1).default(0.1);
/** The decoder's weight is the word embeddings in every type. */
export const tied = z.literal(true).default(true);
