// The method family: which settings make which method.
import type { MethodSettings } from '../sweep/trial.ts';
import type { Architecture, Backbone } from './backbone.ts';
import type { PromptGenerator } from './generators/generator.ts';
import { createTable } from './generators/none.ts';
import { createNpg } from './generators/npg.ts';
import type { Method } from './method.ts';
import { createFullTuning } from './methods/full-tuning.ts';
import { createLatePrompt } from './methods/late-prompt.ts';
import { createZeroShot } from './methods/zero-shot.ts';

export { countTrainable } from './trainable.ts';

export interface NewMethod {
  settings: MethodSettings;
  /** Frozen: no method changes its tensors. It must outlive the method. */
  backbone: Backbone;
  /** Decides the initial values, and nothing else does. */
  trainSeed: number;
}

export function createMethod({ settings, backbone, trainSeed }: NewMethod): Method {
  const { architecture, hiddenSize, layers } = backbone.config;
  switch (settings.method) {
    case 'lpt': {
      const { insertionLayer } = settings;
      checkInsertionLayer(settings, layers);
      return createLatePrompt({
        backbone,
        insertionLayer,
        generator: generatorOf(settings, { architecture, hiddenSize, trainSeed }),
      });
    }
    case 'prompt-tuning': {
      const generator = createTable({ promptLength: settings.promptLength, hiddenSize, trainSeed });
      return createLatePrompt({ backbone, insertionLayer: 0, generator });
    }
    case 'full-tuning':
      return createFullTuning(backbone);
    case 'zero-shot':
      return createZeroShot(backbone);
  }
}

type LatePrompt = Extract<MethodSettings, { method: 'lpt' }>;

interface Start {
  architecture: Architecture;
  hiddenSize: number;
  trainSeed: number;
}

function generatorOf(settings: LatePrompt, start: Start): PromptGenerator {
  return settings.generator === 'npg' ? createNpg({ ...settings, ...start }) : createTable({ ...settings, ...start });
}

/** 0 is the embedding output, where every example's first token is the same: a generator has nothing to read there. */
function checkInsertionLayer({ insertionLayer, generator }: LatePrompt, layers: number): void {
  const lowest = generator === 'none' ? 0 : 1;
  if (Number.isInteger(insertionLayer) && insertionLayer >= lowest && insertionLayer < layers) return;
  throw new RangeError(
    `Expected \`insertionLayer\` to be an integer from ${lowest} to ${layers - 1} (generator ${generator}), found ${insertionLayer}.`,
  );
}
