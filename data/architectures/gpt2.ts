// GPT-2 (Radford et al. 2019): a decoder whose LayerNorms stand in front of each block; the head is the word embeddings.
import { z } from 'zod';
import { rate, size, tied, type DecoderType } from './backbone-type.ts';

export const gpt2: DecoderType = {
  modelType: 'gpt2',
  architecture: 'decoder',
  sizes: z
    .object({
      activation_function: z.enum(['gelu_new', 'gelu_pytorch_tanh', 'gelu']).default('gelu_new'),
      scale_attn_weights: z.literal(true).default(true),
      scale_attn_by_inverse_layer_idx: z.literal(false).default(false),
      add_cross_attention: z.literal(false).default(false),
      tie_word_embeddings: tied,
      n_layer: size,
      n_embd: size,
      n_head: size,
      n_inner: size.nullish(),
      vocab_size: size,
      n_positions: size,
      layer_norm_epsilon: z.number().positive().default(1e-5),
      embd_pdrop: rate,
      resid_pdrop: rate,
      attn_pdrop: rate,
    })
    .transform((config) => ({
      layers: config.n_layer,
      hiddenSize: config.n_embd,
      embeddingSize: config.n_embd,
      heads: config.n_head,
      intermediateSize: config.n_inner ?? 4 * config.n_embd,
      vocabularySize: config.vocab_size,
      maxPositions: config.n_positions,
      positionsSkipped: 0,
      typeVocabularySize: 0,
      activation: config.activation_function === 'gelu' ? ('gelu' as const) : ('gelu-tanh' as const),
      layerNormEps: config.layer_norm_epsilon,
      embeddingDropout: config.embd_pdrop,
      hiddenDropout: config.resid_pdrop,
      attentionOutputDropout: config.resid_pdrop,
      attentionDropout: config.attn_pdrop,
    })),
  names: {
    prefix: 'transformer.',
    word: 'wte.weight',
    position: 'wpe.weight',
    layer: (index) => {
      const at = `h.${index}`;
      return {
        queryKeyValue: `${at}.attn.c_attn`,
        attentionOutput: `${at}.attn.c_proj`,
        attentionNorm: `${at}.ln_1`,
        intermediate: `${at}.mlp.c_fc`,
        output: `${at}.mlp.c_proj`,
        outputNorm: `${at}.ln_2`,
      };
    },
    finalNorm: 'ln_f',
  },
};
