// RoBERTa (Liu et al. 2019): BERT's layers; positions are counted from behind the padding token's id.
import { z } from 'zod';
import type { EncoderType } from './backbone-type.ts';
import { bertEmbeddings, bertFields, bertLayer, bertSizes } from './bert.ts';

export const roberta: EncoderType = {
  modelType: 'roberta',
  architecture: 'encoder',
  sizes: z.object({ ...bertFields, pad_token_id: z.int().nonnegative().default(1) }).transform((config) => {
    const positionsSkipped = config.pad_token_id + 1;
    return { ...bertSizes(config), positionsSkipped, maxPositions: config.max_position_embeddings - positionsSkipped };
  }),
  names: {
    prefix: 'roberta.',
    ...bertEmbeddings,
    layer: bertLayer,
    transform: 'lm_head.dense',
    transformNorm: 'lm_head.layer_norm',
    decoderBias: ['lm_head.bias', 'lm_head.decoder.bias'],
  },
};
