// BERT (Devlin et al. 2019), and what RoBERTa and ELECTRA share with it.
import { z } from 'zod';
import { rate, size, tied, type EncoderLayerNames, type EncoderType } from './backbone-type.ts';

export const bertFields = {
  hidden_act: z.literal('gelu').default('gelu'),
  position_embedding_type: z.literal('absolute').default('absolute'),
  is_decoder: z.literal(false).default(false),
  tie_word_embeddings: tied,
  num_hidden_layers: size,
  hidden_size: size,
  num_attention_heads: size,
  intermediate_size: size,
  vocab_size: size,
  max_position_embeddings: size,
  type_vocab_size: size.default(2),
  layer_norm_eps: z.number().positive().default(1e-12),
  hidden_dropout_prob: rate,
  attention_probs_dropout_prob: rate,
};

export function bertSizes(config: z.infer<z.ZodObject<typeof bertFields>>) {
  return {
    layers: config.num_hidden_layers,
    hiddenSize: config.hidden_size,
    embeddingSize: config.hidden_size,
    heads: config.num_attention_heads,
    intermediateSize: config.intermediate_size,
    vocabularySize: config.vocab_size,
    maxPositions: config.max_position_embeddings,
    positionsSkipped: 0,
    typeVocabularySize: config.type_vocab_size,
    activation: 'gelu' as const,
    layerNormEps: config.layer_norm_eps,
    embeddingDropout: config.hidden_dropout_prob,
    hiddenDropout: config.hidden_dropout_prob,
    attentionOutputDropout: config.hidden_dropout_prob,
    attentionDropout: config.attention_probs_dropout_prob,
  };
}

export function bertLayer(index: number): EncoderLayerNames {
  const at = `encoder.layer.${index}`;
  return {
    query: `${at}.attention.self.query`,
    key: `${at}.attention.self.key`,
    value: `${at}.attention.self.value`,
    attentionOutput: `${at}.attention.output.dense`,
    attentionNorm: `${at}.attention.output.LayerNorm`,
    intermediate: `${at}.intermediate.dense`,
    output: `${at}.output.dense`,
    outputNorm: `${at}.output.LayerNorm`,
  };
}

export const bertEmbeddings = {
  word: 'embeddings.word_embeddings.weight',
  position: 'embeddings.position_embeddings.weight',
  tokenType: 'embeddings.token_type_embeddings.weight',
  embeddingNorm: 'embeddings.LayerNorm',
};

export const bert: EncoderType = {
  modelType: 'bert',
  architecture: 'encoder',
  sizes: z.object(bertFields).transform(bertSizes),
  names: {
    prefix: 'bert.',
    ...bertEmbeddings,
    layer: bertLayer,
    transform: 'cls.predictions.transform.dense',
    transformNorm: 'cls.predictions.transform.LayerNorm',
    decoderBias: ['cls.predictions.bias', 'cls.predictions.decoder.bias'],
  },
};
