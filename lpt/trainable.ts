// How many numbers each method trains, by formula: the plan of a sweep needs it where no tensor is at hand.
import type { MethodSettings } from '../sweep/trial.ts';
import type { BackboneConfig } from './backbone.ts';
import { countBackbone } from './backbone-size.ts';

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
