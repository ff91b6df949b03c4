// Pure: full model tuning: every weight of the backbone is trained (Devlin et al. 2019, arXiv 1810.04805).
import type { MethodDescriptor, Sizes } from './descriptor.ts';

export interface FullTuningSettings {
  method: 'full-tuning';
}

export const fullTuning: MethodDescriptor<FullTuningSettings, Record<string, never>> = {
  name: 'full-tuning',
  settings: {},
  // Training every weight at a prompt's rate destroys the backbone.
  usual: { learningRate: 2e-5 },
  passes: 3,
  firstTouchedLayer: () => 0,
  inputLayers: () => [],
  trainable: (_, sizes) => countBackbone(sizes),
};

function countBackbone(sizes: Sizes): number {
  const { layers, hiddenSize: width, intermediateSize, vocabularySize, maxPositions, typeVocabularySize } = sizes;
  const norm = 2 * width;
  const embeddings = (vocabularySize + maxPositions + typeVocabularySize) * width + norm;
  const attention = 4 * (width * width + width) + norm;
  const feedForward = 2 * width * intermediateSize + intermediateSize + width + norm;
  const head = width * width + width + norm + vocabularySize; // its decoder is the word embeddings
  return embeddings + layers * (attention + feedForward) + head;
}
