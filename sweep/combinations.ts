// Pure: the choices of one entry under `methods` become resolved methods with their training settings.
import { cross } from './cross.ts';
import { trainingChoices, untrained } from './defaults.ts';
import type { BackboneFacts } from './facts.ts';
import type { Crossing } from './methods/descriptor.ts';
import { descriptorOf, isTrained } from './methods/index.ts';
import type { MethodSettings } from './methods/settings.ts';
import { choicesOf, type MethodSpec, type Spec } from './spec.ts';
import type { TrainingSettings } from './training.ts';

export interface Combination {
  method: MethodSettings;
  training: TrainingSettings;
}

export function combinationsOf(entry: MethodSpec, spec: Spec, backbone: BackboneFacts): Combination[] {
  return crossingsOf(entry, backbone).flatMap((crossing) => {
    // A descriptor's crossing holds exactly the fields of its method's settings, each with accepted values.
    const methods = cross(crossing) as unknown as MethodSettings[];
    // Shared by all of them: whoever names combinations spells each training out once.
    const trainings = methods
      .slice(0, 1)
      .flatMap((method) => cross<TrainingSettings>(trainingsOf(method, entry, spec)));
    return methods.flatMap((method) => trainings.map((training) => ({ method, training })));
  });
}

/** How many `combinationsOf` would make, without making them. */
export function countCombinations(entry: MethodSpec, spec: Spec, backbone: BackboneFacts): number {
  const methods = crossingsOf(entry, backbone).reduce((sum, crossing) => sum + sizeOf(crossing), 0);
  if (!isTrained(entry.method)) return methods;
  // What nobody states has one value, whichever it is.
  return methods * sizeOf({ ...spec.training, ...entry.training });
}

export function crossingsOf(entry: MethodSpec, backbone: BackboneFacts): Crossing[] {
  const [descriptor, choices] = [descriptorOf(entry.method), choicesOf(entry)];
  if (descriptor.crossings) return descriptor.crossings(choices, backbone);
  const fields = Object.keys(descriptor.settings).map((field) => [field, choices[field] ?? []] as const);
  return [{ method: [entry.method], ...Object.fromEntries(fields) }];
}

function trainingsOf(method: MethodSettings, entry: MethodSpec, spec: Spec) {
  return isTrained(method.method) ? trainingChoices(method, spec.training, entry.training) : untrained(spec.training);
}

function sizeOf(crossing: Crossing): number {
  return Object.values(crossing).reduce((product, values) => product * values.length, 1);
}
