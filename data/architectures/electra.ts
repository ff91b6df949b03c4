// The generator of ELECTRA (Clark et al. 2020): BERT's layers on embeddings that may be of another size.
import { z } from 'zod';
import { size, type EncoderType } from './backbone-type.ts';
import { bertEmbeddings, bertFields, bertLayer, bertSizes } from './bert.ts';

export const electra: EncoderType = {
  modelType: 'electra',
  architecture: 'encoder',
  sizes: z
    .object({ ...bertFields, embedding_size: size })
    .transform((config) => ({ ...bertSizes(config), embeddingSize: config.embedding_size })),
  names: {
    prefix: 'electra.',
    ...bertEmbeddings,
    projection: 'embeddings_project',
    layer: bertLayer,
    transform: 'generator_predictions.dense',
    transformNorm: 'generator_predictions.LayerNorm',
    decoderBias: ['generator_lm_head.bias'],
  },
};
