// The layers whose output a prompt joins, checked against the backbone.
import type { LptSettings } from '../../sweep/methods/lpt.ts';

/** 0 is the embedding output, where every example's first token is the same: a generator has nothing to read there. */
export function insertionLayersOf({ insertionLayer, generator }: LptSettings, layers: number): number[] {
  const lowest = generator === 'none' ? 0 : 1;
  const asked = [insertionLayer].flat();
  const isRight = (layer: number, index: number) =>
    Number.isInteger(layer) && layer >= lowest && layer < layers && layer > (asked[index - 1] ?? -1);
  if (asked.every(isRight)) return asked;
  throw new RangeError(
    `Expected \`insertionLayer\` to be an integer from ${lowest} to ${layers - 1} (generator ${generator}) or an ascending list of them, found ${asked.join(', ')}.`,
  );
}
