// How many numbers each method trains, by formula: the plan of a sweep needs it where no tensor is at hand.
import type { MethodSettings } from '../sweep/trial.ts';
import type { BackboneConfig } from './backbone.ts';

export function countTrainable(settings: MethodSettings, config: BackboneConfig): number {
  const width = config.hiddenSize;
  switch (settings.method) {
    case 'lpt': {
      const prompt = settings.promptLength * width;
      if (settings.generator === 'none') return prompt;
      const m = settings.bottleneck;
      return width * m + m + m * prompt + prompt;
    }
    case 'prompt-tuning':
      return settings.promptLength * width;
    case 'full-tuning':
      return countBackbone(config);
    case 'zero-shot':
      return 0;
  }
}

function countBackbone(config: BackboneConfig): number {
  const { hiddenSize: width, intermediateSize, vocabularySize, maxPositions, typeVocabularySize } = config;
  const norm = 2 * width;
  const embeddings = (vocabularySize + maxPositions + typeVocabularySize) * width + norm;
  const attention = 4 * (width * width + width) + norm;
  const feedForward = 2 * width * intermediateSize + intermediateSize + width + norm;
  const head = width * width + width + norm + vocabularySize; // its decoder is the word embeddings
  return embeddings + config.layers * (attention + feedForward) + head;
}
