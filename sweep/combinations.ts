// Pure: the choices of one entry under `methods` become resolved methods with their training settings.
import { cross } from './cross.ts';
import { insertionLayers, promptLengths, trainingChoices, untrained } from './defaults.ts';
import type { BackboneFacts } from './facts.ts';
import type { LptSpec, MethodSpec, Spec } from './spec.ts';
import type { MethodSettings, TrainingSettings } from './trial.ts';

export interface Combination {
  method: MethodSettings;
  training: TrainingSettings;
}

export function combinationsOf(entry: MethodSpec, spec: Spec, backbone: BackboneFacts): Combination[] {
  if (entry.method === 'zero-shot') return [{ method: { method: 'zero-shot' }, training: untrained(spec.training) }];
  const trainings = cross<TrainingSettings>(trainingChoices(entry.method, spec.training, entry.training));
  return methodsOf(entry, backbone).flatMap((method) => trainings.map((training) => ({ method, training })));
}

function methodsOf(entry: Exclude<MethodSpec, { method: 'zero-shot' }>, backbone: BackboneFacts): MethodSettings[] {
  switch (entry.method) {
    case 'lpt':
      return insertionLayers(entry, backbone).flatMap((layer) => lptAt(layer, entry));
    case 'prompt-tuning':
      return entry.promptLength.map((promptLength) => ({ method: 'prompt-tuning', promptLength }));
    case 'full-tuning':
      return [{ method: 'full-tuning' }];
  }
}

/** Bottleneck and dropout belong to a generator: without one they are not crossed. */
function lptAt(insertionLayer: number, entry: LptSpec): MethodSettings[] {
  return entry.generator.flatMap((generator) =>
    promptLengths(entry, generator).flatMap((promptLength): MethodSettings[] => {
      const prompt = { method: 'lpt', insertionLayer, promptLength } as const;
      if (generator === 'none') return [{ ...prompt, generator }];
      const widths = cross<{ bottleneck: number; dropout: number }>({
        bottleneck: entry.bottleneck,
        dropout: entry.dropout,
      });
      return widths.map(({ bottleneck, dropout }) => ({ ...prompt, generator, bottleneck, dropout }));
    }),
  );
}

/** How many `combinationsOf` would make, without making them. */
export function countCombinations(entry: MethodSpec, spec: Spec, backbone: BackboneFacts): number {
  if (entry.method === 'zero-shot') return 1;
  const trainings = Object.values(trainingChoices(entry.method, spec.training, entry.training));
  const trained = trainings.reduce((product, values) => product * values.length, 1);
  if (entry.method === 'full-tuning') return trained;
  if (entry.method === 'prompt-tuning') return trained * entry.promptLength.length;
  const shapes = entry.generator.reduce((sum, generator) => {
    const widths = generator === 'none' ? 1 : entry.bottleneck.length * entry.dropout.length;
    return sum + promptLengths(entry, generator).length * widths;
  }, 0);
  return trained * insertionLayers(entry, backbone).length * shapes;
}
