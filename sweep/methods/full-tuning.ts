// Pure: full model tuning: every weight of the backbone is trained (Devlin et al. 2019, arXiv 1810.04805).
import { linearSize, type MethodDescriptor, type Sizes } from './descriptor.ts';

export interface FullTuningSettings {
  method: 'full-tuning';
}

export const fullTuning: MethodDescriptor<FullTuningSettings, Record<string, never>> = {
  name: 'full-tuning',
  settings: {},
  // Training every weight at a prompt's rate destroys the backbone.
  usual: () => ({ learningRate: 2e-5 }),
  passes: 3,
  firstTouchedLayer: () => 0,
  inputLayers: () => [],
  trainable: (_, sizes) => countBackbone(sizes),
};

/** Without the rows of the position table that no text uses. */
export function countBackbone(sizes: Omit<Sizes, 'labels'>): number {
  const { architecture, layers, hiddenSize: width, intermediateSize, vocabularySize, maxPositions } = sizes;
  const { embeddingSize, typeVocabularySize } = sizes;
  const tables = (vocabularySize + maxPositions + typeVocabularySize) * embeddingSize;
  const attention = 4 * linearSize(width, width) + normSize(width);
  const feedForward = linearSize(width, intermediateSize) + linearSize(intermediateSize, width) + normSize(width);
  const blocks = tables + layers * (attention + feedForward);
  if (architecture === 'decoder') return blocks + normSize(width);
  const projection = embeddingSize === width ? 0 : linearSize(embeddingSize, width);
  // The head's decoder is the word embeddings.
  const head = linearSize(width, embeddingSize) + normSize(embeddingSize) + vocabularySize;
  return blocks + normSize(embeddingSize) + projection + head;
}

function normSize(width: number): number {
  return 2 * width;
}
