// A word that was probably meant.
import { distance } from 'fastest-levenshtein';

/** A sentence with a leading space, or nothing when no word is near. */
export function nearest(wrong: string, right: readonly string[]): string {
  const [best] = right
    .map((word) => ({ word, far: distance(wrong.toLowerCase(), word.toLowerCase()) }))
    .sort((one, other) => one.far - other.far);
  const isNear = best !== undefined && best.far <= Math.max(2, Math.floor(best.word.length / 2));
  return isNear ? ` Did you mean \`${best.word}\`?` : '';
}
