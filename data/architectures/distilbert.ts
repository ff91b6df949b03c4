// DistilBERT (Sanh et al. 2019): BERT with half the layers, without token types, under names of its own.
import { z } from 'zod';
import { rate, size, tied, type EncoderType } from './backbone-type.ts';

/** Not in its config.json. */
const LAYER_NORM_EPS = 1e-12;

export const distilbert: EncoderType = {
  modelType: 'distilbert',
  architecture: 'encoder',
  sizes: z
    .object({
      activation: z.literal('gelu').default('gelu'),
      tie_word_embeddings: tied,
      n_layers: size,
      dim: size,
      n_heads: size,
      hidden_dim: size,
      vocab_size: size,
      max_position_embeddings: size,
      dropout: rate,
      attention_dropout: rate,
    })
    .transform((config) => ({
      layers: config.n_layers,
      hiddenSize: config.dim,
      embeddingSize: config.dim,
      heads: config.n_heads,
      intermediateSize: config.hidden_dim,
      vocabularySize: config.vocab_size,
      maxPositions: config.max_position_embeddings,
      positionsSkipped: 0,
      typeVocabularySize: 0,
      activation: config.activation,
      layerNormEps: LAYER_NORM_EPS,
      embeddingDropout: config.dropout,
      hiddenDropout: config.dropout,
      attentionOutputDropout: 0, // nothing stands behind transformers' `out_lin`
      attentionDropout: config.attention_dropout,
    })),
  names: {
    prefix: 'distilbert.',
    word: 'embeddings.word_embeddings.weight',
    position: 'embeddings.position_embeddings.weight',
    embeddingNorm: 'embeddings.LayerNorm',
    layer: (index) => {
      const at = `transformer.layer.${index}`;
      return {
        query: `${at}.attention.q_lin`,
        key: `${at}.attention.k_lin`,
        value: `${at}.attention.v_lin`,
        attentionOutput: `${at}.attention.out_lin`,
        attentionNorm: `${at}.sa_layer_norm`,
        intermediate: `${at}.ffn.lin1`,
        output: `${at}.ffn.lin2`,
        outputNorm: `${at}.output_layer_norm`,
      };
    },
    transform: 'vocab_transform',
    transformNorm: 'vocab_layer_norm',
    decoderBias: ['vocab_projector.bias'],
  },
};
