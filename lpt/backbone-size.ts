// How many numbers a backbone has, by formula.
import type { BackboneConfig } from './backbone.ts';

/** Without the rows of the position table that no text uses. */
export function countBackbone(config: BackboneConfig): number {
  const { architecture, layers, hiddenSize: width, intermediateSize, vocabularySize, maxPositions } = config;
  const { embeddingSize, typeVocabularySize } = config;
  const tables = (vocabularySize + maxPositions + typeVocabularySize) * embeddingSize;
  const attention = linear(width, width) * 4 + norm(width);
  const feedForward = linear(width, intermediateSize) + linear(intermediateSize, width) + norm(width);
  const blocks = tables + layers * (attention + feedForward);
  if (architecture === 'decoder') return blocks + norm(width);
  const projection = embeddingSize === width ? 0 : linear(embeddingSize, width);
  const head = linear(width, embeddingSize) + norm(embeddingSize) + vocabularySize; // its decoder is the word embeddings
  return blocks + norm(embeddingSize) + projection + head;
}

function linear(inputs: number, outputs: number): number {
  return inputs * outputs + outputs;
}

function norm(width: number): number {
  return 2 * width;
}
