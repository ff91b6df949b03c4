// How many of a backbone's positions a sweep's prompts take: the rest is for the text.
import { choicesOf, SpecError, type MethodSpec, type Spec } from '../sweep/spec.ts';
import type { Place } from './places.ts';

const USUAL_PROMPT_LENGTH = 20;

export function longestPrompt({ methods }: Pick<Spec, 'methods'>): number {
  return Math.max(USUAL_PROMPT_LENGTH, ...methods.map(longestOf));
}

/** @throws SpecError for prompts that leave no position to the text */
export function refuseLongPrompts(
  { methods }: Pick<Spec, 'methods'>,
  { maxPositions, place }: { maxPositions: number; place: Place },
): void {
  const expected = `less than ${maxPositions} in all, the positions that the backbone has for prompt and text`;
  const issues = methods.flatMap((method, index) => {
    const longest = longestOf(method);
    if (longest < maxPositions) return [];
    return [{ ...place('methods', index, 'promptLength'), expected, found: String(longest) }];
  });
  if (issues.length > 0) throw new SpecError(issues);
}

/** Several layers each add a prompt. */
function longestOf(method: MethodSpec): number {
  const choices = choicesOf(method);
  const lengths = numbersIn(choices['promptLength'] ?? [USUAL_PROMPT_LENGTH]);
  const layers = (choices['insertionLayer'] ?? []).map((layer) => (Array.isArray(layer) ? layer.length : 1));
  return Math.max(0, ...lengths) * Math.max(1, ...layers);
}

function numbersIn(values: readonly unknown[]): number[] {
  return values.filter((value) => typeof value === 'number');
}
