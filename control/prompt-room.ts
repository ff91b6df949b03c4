// How many of a backbone's positions a sweep's prompts take: the rest is for the text.
import { addedPositions } from '../sweep/arithmetic.ts';
import { crossingsOf } from '../sweep/combinations.ts';
import type { BackboneFacts } from '../sweep/facts.ts';
import type { Crossing } from '../sweep/methods/descriptor.ts';
import type { MethodSettings } from '../sweep/methods/settings.ts';
import { SpecError, type MethodSpec, type Spec } from '../sweep/spec.ts';
import type { Place } from './places.ts';

export function longestPrompt({ methods }: Pick<Spec, 'methods'>, backbone: BackboneFacts): number {
  return Math.max(0, ...methods.map((method) => longestOf(method, backbone)));
}

/** @throws SpecError for prompts that leave no position to the text */
export function refuseLongPrompts(
  { methods }: Pick<Spec, 'methods'>,
  { backbone, place }: { backbone: BackboneFacts; place: Place },
): void {
  const { maxPositions } = backbone;
  const expected = `less than ${maxPositions} in all, the positions that the backbone has for prompt and text`;
  const issues = methods.flatMap((method, index) => {
    const longest = longestOf(method, backbone);
    if (longest < maxPositions) return [];
    return [{ ...place('methods', index, 'promptLength'), expected, found: String(longest) }];
  });
  if (issues.length > 0) throw new SpecError(issues);
}

function longestOf(method: MethodSpec, backbone: BackboneFacts): number {
  return Math.max(0, ...crossingsOf(method, backbone).map((crossing) => addedPositions(longestIn(crossing))));
}

/** Of one crossing's combinations, one with the longest prompt at the most layers: each of several layers adds one. */
function longestIn(crossing: Crossing): MethodSettings {
  const { promptLength = [], insertionLayer = [] } = crossing;
  const firsts = Object.fromEntries(Object.entries(crossing).map(([field, [first]]) => [field, first]));
  const longest = {
    ...(promptLength.length > 0 ? { promptLength: largest(promptLength, Number) } : {}),
    ...(insertionLayer.length > 0 ? { insertionLayer: largest(insertionLayer, layersOf) } : {}),
  };
  // A crossing holds exactly the fields of its method's settings, each with accepted values.
  return { ...firsts, ...longest } as unknown as MethodSettings;
}

function layersOf(layer: unknown): number {
  return Array.isArray(layer) ? layer.length : 1;
}

function largest(values: readonly unknown[], sizeOf: (value: unknown) => number): unknown {
  return values.reduce((most, value) => (sizeOf(value) > sizeOf(most) ? value : most));
}
