// How many of a backbone's positions a sweep's prompts take: the rest is for the text.
import { addedPositions } from '../sweep/arithmetic.ts';
import { crossingsOf } from '../sweep/combinations.ts';
import { cross } from '../sweep/cross.ts';
import { createExclusion } from '../sweep/exclude.ts';
import type { BackboneFacts } from '../sweep/facts.ts';
import type { Crossing } from '../sweep/methods/descriptor.ts';
import type { MethodSettings } from '../sweep/methods/settings.ts';
import { SpecError, type MethodSpec, type Spec } from '../sweep/spec.ts';
import type { Place } from './places.ts';

export function longestPrompt(
  { methods, exclude }: Pick<Spec, 'methods' | 'exclude'>,
  backbone: BackboneFacts,
): number {
  return Math.max(0, ...methods.map((method) => longestOf(method, exclude, backbone)));
}

/** @throws SpecError for prompts that leave no position to the text */
export function refuseLongPrompts(
  { methods, exclude }: Pick<Spec, 'methods' | 'exclude'>,
  { backbone, place }: { backbone: BackboneFacts; place: Place },
): void {
  const { maxPositions } = backbone;
  const expected = `less than ${maxPositions} in all, the positions that the backbone has for prompt and text`;
  const issues = methods.flatMap((method, index) => {
    const longest = longestOf(method, exclude, backbone);
    if (longest < maxPositions) return [];
    return [{ ...place('methods', index, 'promptLength'), expected, found: String(longest) }];
  });
  if (issues.length > 0) throw new SpecError(issues);
}

/** Without what `exclude` leaves out for the method's own settings. */
function longestOf(method: MethodSpec, exclude: Spec['exclude'], backbone: BackboneFacts): number {
  const exclusion = createExclusion(exclude);
  const telling = new Set(['promptLength', 'insertionLayer', ...exclude.flatMap(Object.keys)]);
  return crossingsOf(method, backbone)
    .flatMap((crossing) => combinationsIn(crossing, telling))
    .filter((settings) => !exclusion.excludesMethod(settings))
    .reduce((longest, settings) => Math.max(longest, addedPositions(settings)), 0);
}

/** A crossing's combinations, of every other field with the first value alone: they can be very many. */
function combinationsIn(crossing: Crossing, telling: ReadonlySet<string>): MethodSettings[] {
  const narrowed = Object.entries(crossing).map(([field, values]) => {
    return [field, telling.has(field) ? values : values.slice(0, 1)] as const;
  });
  // A crossing holds exactly the fields of its method's settings, each with accepted values.
  return cross(Object.fromEntries(narrowed)) as unknown as MethodSettings[];
}
