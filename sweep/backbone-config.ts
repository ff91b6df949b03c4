// What type of model a backbone is, and its sizes.

/** An encoder sees all positions at once and fills the mask; a decoder sees what stands before, and says what comes next. */
export type Architecture = 'encoder' | 'decoder';

/** GELU in its exact form, or as GPT-2 approximates it. */
export type Activation = 'gelu' | 'gelu-tanh';

export interface BackboneConfig {
  /** As Hugging Face calls the type: `bert`, `roberta`, `gpt2`, … */
  modelType: string;
  architecture: Architecture;
  /** L: hidden states are H_0 (embeddings) to H_L. */
  layers: number;
  /** D. */
  hiddenSize: number;
  /** E, of the word embeddings. D in most types. */
  embeddingSize: number;
  heads: number;
  intermediateSize: number;
  vocabularySize: number;
  /** Positions that a text can have. */
  maxPositions: number;
  /** Rows in front of the first one in use, in the file's table of positions. */
  positionsSkipped: number;
  /** 0: none. */
  typeVocabularySize: number;
  activation: Activation;
  layerNormEps: number;
  /** Dropout rates of the pretraining. They run in frozen layers only where `frozenDropout` asks for it. */
  embeddingDropout: number;
  /** Of the feed-forward's output. */
  hiddenDropout: number;
  /** Of the attention's output, before the residual: 0 in DistilBERT, which drops nothing there. */
  attentionOutputDropout: number;
  /** Of the attention's probabilities. */
  attentionDropout: number;
}
